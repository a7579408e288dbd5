"""The embedded PostgreSQL server: up, down, and whether it is up.

What flows through: settings in, a server that answers out. Starting and stopping one home happens
under a file lock, so any number of processes may ask at once; the server outlives them all. Where
`PGHOST` is set the given server is only tried, never started or stopped.
Belongs here: the order of the steps, the port, the connection.
Does not belong here: the files (`server_files`), the account (`server_account`) and the
processes (`server_process`) of the server; what is in the database (`loaders.landing`).
Run it alone: `python -c "from loaders import settings as s; from loaders.embedded import server;
server.up(s.Settings.from_environment())"`.
"""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg import sql

from loaders.embedded import server_files, server_process
from loaders.embedded.server_account import Account
from loaders.errors import ServerError
from loaders.settings import Settings

OLDEST_VERSION = 15
GIVEN_CONNECT_SECONDS = 10
OWN_CONNECT_SECONDS = 2
READY_BUT_SILENT_SECONDS = 10
POLL_SECONDS = 0.05
MAINTENANCE_DATABASE = "postgres"


def binaries() -> Path:
    """Find the client programs of the installed PostgreSQL.

    Returns:
        The folder that holds `psql`, `pg_dump` and the rest.
    """
    return server_files.installed_binaries()


def is_up(settings: Settings) -> bool:
    """Try the connection.

    Args:
        settings: Which server.

    Returns:
        Whether it answers and, when embedded, is the server of this home.
    """
    if settings.embedded:
        data = _data(settings)
        with suppress(PermissionError):
            # A server may go on for a minute after its data were deleted.
            return data.exists() and _data_served(settings, settings.database) == data
        return False
    try:
        psycopg.connect(settings.conninfo(), connect_timeout=GIVEN_CONNECT_SECONDS).close()
    except psycopg.Error:
        return False
    return True


def up(settings: Settings) -> None:
    """See to it that the server runs and its database exists.

    Args:
        settings: Which server.

    Raises:
        ServerError: It cannot be started or reached; the message says why and what to do.
    """
    if not settings.embedded:
        _try_given_server(settings)
        return
    if is_up(settings):
        return
    with _file_errors_told(settings), server_process.locked(settings.home):
        _start_or_join(settings)
        _create_database(settings)


def down(settings: Settings) -> None:
    """Stop the embedded server and wait for its end; a given server is left alone.

    Args:
        settings: Which server.

    Raises:
        ServerError: It does not stop.
    """
    if not settings.embedded:
        return
    with _file_errors_told(settings):
        if not _data(settings).exists():
            return
        with server_process.locked(settings.home):
            data = _data(settings)
            account = Account.for_data(data)
            if server_process.live_postmaster(data, account) is not None:
                server_process.stop(data, account)


def _data(settings: Settings) -> Path:
    """The data directory itself; `<home>/data` may be a link to it."""
    return (settings.home / "data").resolve()


def _data_served(settings: Settings, database: str) -> Path | None:
    """Ask whoever listens on the port which data directory it serves; None when it won't say."""
    try:
        with psycopg.connect(
            settings.conninfo(database), connect_timeout=OWN_CONNECT_SECONDS
        ) as connection:
            row = connection.execute("select current_setting('data_directory')").fetchone()
    except psycopg.Error:
        return None
    return Path(row[0]).resolve() if row else None


def _try_given_server(settings: Settings) -> None:
    where = f"The server that PGHOST names ({settings.host}, port {settings.port})"
    try:
        with psycopg.connect(
            settings.conninfo(), connect_timeout=GIVEN_CONNECT_SECONDS
        ) as connection:
            version = connection.info.server_version // 10000
    except psycopg.Error as error:
        raise ServerError(
            f"{where} cannot be used: {error}; mend PGHOST, PGPORT, PGUSER, PGPASSWORD or "
            "PGDATABASE, or unset PGHOST to use the embedded server."
        ) from error
    if version < OLDEST_VERSION:
        raise ServerError(
            f"{where} is PostgreSQL {version}; use {OLDEST_VERSION} or newer, or unset PGHOST to "
            "use the embedded server."
        )


@contextmanager
def _file_errors_told(settings: Settings) -> Iterator[None]:
    """Turn what the file system refuses into one clear line."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ServerError(
                f"The disk that holds {settings.home} is full; free some space and run it again."
            ) from error
        raise ServerError(
            f"The home {settings.home} cannot be used: {error.strerror} ({error.filename}); set "
            "CHHIMEKI_HOME to a folder you can write to."
        ) from error


def _start_or_join(settings: Settings) -> None:
    """Start the server, or join one that another caller has started."""
    link = settings.home / "data"
    if link.is_symlink() and not link.exists():
        raise ServerError(
            f"{link} points to {link.readlink()}, which is gone; bring it back, or remove the "
            "link to begin with an empty database."
        )
    account = Account.for_data(link)
    postmaster = server_process.live_postmaster(_data(settings), account)
    if postmaster is None:
        _free_the_port(settings)
        if not link.exists():
            server_files.create_data(settings, account)
        server_process.start(settings, _data(settings), account)
    elif postmaster.port != settings.port:
        raise ServerError(
            f"The server of {settings.home} already runs on port {postmaster.port}; stop it with "
            f"`chhimeki down` or set CHHIMEKI_PORT={postmaster.port}."
        )
    _wait_for_answer(settings, account)


def _wait_for_answer(settings: Settings, account: Account) -> None:
    """Wait while it recovers; once it says it is ready, it must answer soon."""
    data = _data(settings)
    ready_since: float | None = None
    while True:
        try:
            psycopg.connect(
                settings.conninfo(MAINTENANCE_DATABASE), connect_timeout=OWN_CONNECT_SECONDS
            ).close()
            return
        except psycopg.Error as error:
            postmaster = server_process.live_postmaster(data, account)
            now = time.monotonic()
            ready_since = (ready_since or now) if postmaster and postmaster.ready else None
            silent = ready_since is not None and now - ready_since > READY_BUT_SILENT_SECONDS
            if postmaster is None or silent:
                log = settings.home / server_process.LOG_NAME
                raise ServerError(
                    f"PostgreSQL on port {settings.port} does not let us in: {error}; read {log} "
                    "and run it again."
                ) from error
        time.sleep(POLL_SECONDS)


def _free_the_port(settings: Settings) -> None:
    """See that the port is free: stop only what this home left behind, refuse anything else."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as PostgreSQL itself does
        try:
            probe.bind((settings.host, settings.port))
            return
        except OSError as error:
            why = f"cannot be opened ({error.strerror})"
            if error.errno == errno.EADDRINUSE:
                why = "is taken by another program"
    other = _data_served(settings, MAINTENANCE_DATABASE)
    if other == _data(settings):
        return  # just started by a caller that was killed; the start notices and joins it
    if other and server_files.is_abandoned(other, settings.home):
        server_process.stop(other, Account.for_data(other))
        return
    if other:
        why = f"is taken by the server of another home ({other})"
    raise ServerError(f"Port {settings.port} {why}; set CHHIMEKI_PORT to a free port.")


def _create_database(settings: Settings) -> None:
    name = settings.database
    create = sql.SQL("create database {}").format(sql.Identifier(name))
    try:
        with psycopg.connect(
            settings.conninfo(MAINTENANCE_DATABASE), autocommit=True
        ) as connection:
            found = connection.execute("select from pg_database where datname = %s", (name,))
            if found.fetchone() is None:
                connection.execute(create)
    except psycopg.Error as error:
        why = server_files.reason(str(error))
        raise ServerError(f"The database {name} could not be created: {why}") from error
