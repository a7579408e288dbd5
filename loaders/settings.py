"""Where the warehouse lives: settings read once from the environment.

What flows through: environment variables in, one frozen `Settings` out. Where `PGHOST` is set, that
server is used and the usual libpq variables describe it; otherwise the embedded server is.
Belongs here: names, defaults and checks of variables, and the spellings of one connection.
Does not belong here: connecting, starting, or anything that touches a file.
"""

from __future__ import annotations

import difflib
import getpass
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from psycopg.conninfo import make_conninfo

from loaders.errors import SettingsError

PROJECT_ROOT = Path(__file__).resolve().parents[1]
PREFIX = "CHHIMEKI_"
KNOWN_VARIABLES = (
    "CHHIMEKI_HOME",
    "CHHIMEKI_PORT",
    "CHHIMEKI_LANDING",
    "CHHIMEKI_DEBUG",
    "CHHIMEKI_ENCRYPTION_KEYS",
    # Read by orchestration.alerts.settings.
    "CHHIMEKI_STALE_HOURS",
    "CHHIMEKI_ALERT_WEBHOOK",
    "CHHIMEKI_ALERT_SMTP",
    "CHHIMEKI_ALERT_FROM",
    "CHHIMEKI_ALERT_TO",
)
EMBEDDED_HOST = "127.0.0.1"
EMBEDDED_PORT = 54329
EMBEDDED_NAME = "chhimeki"
LIBPQ_PORT = 5432
PORTS = range(1, 65536)


@dataclass(frozen=True)
class Settings:
    """One home and one server.

    Attributes:
        home: State folder, absolute: the embedded server's data and log, and the tools' own state.
        landing: Folder that is watched for new files, absolute.
        host: Host name, address, or directory of a Unix socket.
        port: TCP port, 1 to 65535.
        user: Role that connects.
        password: Its password; empty leaves it to libpq (`~/.pgpass`).
        database: Database that holds the warehouse.
        embedded: Whether the project starts and stops this server itself.
        encryption_keys: Keys for direct identifiers of users, the current one first; none leaves
            them as they come.
    """

    home: Path
    landing: Path
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    embedded: bool
    encryption_keys: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings; a variable that is set but empty counts as not set.

        Args:
            environ: Variables by name.

        Returns:
            The settings they describe.

        Raises:
            SettingsError: A `CHHIMEKI_` variable is unknown, or a port or folder is none.
        """
        _refuse_unknown(environ)
        home = _folder(environ, "CHHIMEKI_HOME", PROJECT_ROOT / ".chhimeki")
        landing = _folder(environ, "CHHIMEKI_LANDING", home / "landing")
        if environ.get("PGHOST"):
            return cls._of_given_server(home, landing, environ)
        return cls(
            home=home,
            landing=landing,
            host=EMBEDDED_HOST,
            port=_port(environ, "CHHIMEKI_PORT", EMBEDDED_PORT),
            user=EMBEDDED_NAME,
            password=EMBEDDED_NAME,
            database=EMBEDDED_NAME,
            embedded=True,
            encryption_keys=_words(environ, "CHHIMEKI_ENCRYPTION_KEYS"),
        )

    @classmethod
    def _of_given_server(cls, home: Path, landing: Path, environ: Mapping[str, str]) -> Settings:
        user = environ.get("PGUSER") or _account_name()
        return cls(
            home=home,
            landing=landing,
            host=environ["PGHOST"],
            port=_port(environ, "PGPORT", LIBPQ_PORT),
            user=user,
            password=environ.get("PGPASSWORD", ""),
            database=environ.get("PGDATABASE") or user,
            embedded=False,
            encryption_keys=_words(environ, "CHHIMEKI_ENCRYPTION_KEYS"),
        )

    def conninfo(self, database: str | None = None) -> str:
        """Spell the connection for psycopg.

        Args:
            database: Another database of the same server.

        Returns:
            A libpq connection string.
        """
        # The embedded server speaks no TLS, so a PGSSLMODE meant for another server must not apply.
        return make_conninfo(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password or None,
            dbname=database or self.database,
            sslmode="disable" if self.embedded else None,
        )

    def environment(self) -> dict[str, str]:
        """Spell the connection as variables, for dbt and other child processes.

        Returns:
            Variables to lay over the environment. A child that reads them with
            `from_environment` uses this server as a given one and starts nothing.
        """
        variables = {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGDATABASE": self.database,
            "CHHIMEKI_HOME": str(self.home),
            "CHHIMEKI_LANDING": str(self.landing),
        }
        return variables | ({"PGSSLMODE": "disable"} if self.embedded else {})

    def sqlalchemy_url(self) -> str:
        """Spell the connection for SQLAlchemy, with the driver named.

        Returns:
            A `postgresql+psycopg2://` URL.
        """
        login = quote(self.user, safe="")
        if self.password:
            login += ":" + quote(self.password, safe="")
        database = quote(self.database, safe="")
        if self.host.startswith("/"):
            where = urlencode({"host": self.host, "port": self.port})
            return f"postgresql+psycopg2://{login}@/{database}?{where}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"postgresql+psycopg2://{login}@{host}:{self.port}/{database}"


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in KNOWN_VARIABLES:
            nearest = difflib.get_close_matches(name, KNOWN_VARIABLES, n=1, cutoff=0.0)[0]
            raise SettingsError(f"{name} is not a setting; unset it, or did you mean {nearest}?")


def _folder(environ: Mapping[str, str], name: str, default: Path) -> Path:
    path = Path(environ.get(name) or default).expanduser()
    try:
        return path.resolve()
    except RuntimeError as error:
        raise SettingsError(f"{name} is {path}, a link to itself; name a folder.") from error


def _words(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(environ.get(name, "").replace(",", " ").split())


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) not in PORTS:
        raise SettingsError(f"{name} is {text!r}; set it to one port number from 1 to 65535.")
    return int(text)


def _account_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise SettingsError("PGHOST is set and this account has no name; set PGUSER.") from error
