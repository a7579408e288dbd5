"""The processes of the embedded server: which are alive, start one, stop it.

What flows through: a data directory and the account that owns it in, a running (or ended)
postmaster out. It runs in a session of its own, so the end of whoever started it does not touch it.
Belongs here: the lock round start and stop, `pg_ctl`, `postmaster.pid`, the log, processes that
outlived a killed postmaster.
Does not belong here: ports and connections.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loaders.embedded import server_files
from loaders.embedded.server_account import Account
from loaders.errors import ServerError
from loaders.settings import Settings

LOG_NAME = "postgres.log"
LOG_BYTES_KEPT = 16 << 20
# Recovery after a crash reads up to max_wal_size of log; a laptop's slow disk needs minutes.
START_SECONDS = 300
STOP_SECONDS = 60
# Children of a killed postmaster end by themselves as soon as they wait for anything.
ORPHAN_PATIENCE_SECONDS = 5
ORPHAN_LIMIT_SECONDS = 20
LOCK_SECONDS = 300
POLL_SECONDS = 0.05
PID_FILE = "postmaster.pid"
STATUS_LINE = 7
PROC = Path("/proc/self")


@dataclass(frozen=True)
class Postmaster:
    """What `postmaster.pid` says: the process that serves the data, or did before it was killed.

    Attributes:
        pid: Its process id.
        port: The port it listens on.
        ready: Whether it has said that it accepts connections.
    """

    pid: int
    port: int
    ready: bool

    @classmethod
    def read(cls, data: Path) -> Postmaster | None:
        """Read the file.

        Args:
            data: The data directory.

        Returns:
            What it says; None when there is none or it is cut short.
        """
        try:
            lines = (data / PID_FILE).read_text(encoding="utf-8").splitlines()
            ready = lines[STATUS_LINE:] == ["ready   "]
            return cls(pid=int(lines[0]), port=int(lines[3]), ready=ready)
        except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
            return None


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Let one process at a time start or stop this home's server.

    The lock ends with its process, however that ends.

    Args:
        home: State folder; made when missing.

    Yields:
        Nothing; the lock is held meanwhile.

    Raises:
        ServerError: Another process does not give it up.
    """
    home.mkdir(parents=True, exist_ok=True)
    lock = os.open(home / "server.lock", os.O_RDONLY | os.O_CREAT, mode=0o644)
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while not _try_lock(lock):
            if time.monotonic() > deadline:
                raise ServerError(
                    f"Another process has been starting or stopping the server of {home} for "
                    f"{LOCK_SECONDS} seconds; end that process and run it again."
                )
            time.sleep(POLL_SECONDS)
        yield
    finally:
        os.close(lock)


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def live_postmaster(data: Path, account: Account) -> Postmaster | None:
    """Find the running postmaster; see off processes that outlived one that was killed.

    PostgreSQL believes a `postmaster.pid` whose number is in use, be it by a zombie or by another
    program; then the file is removed, but only once no live server has the data as its folder.

    Args:
        data: The data directory, which need not exist.
        account: Who owns it.

    Returns:
        The postmaster, which may still be starting; None when nothing is in the way of a start.

    Raises:
        ServerError: Processes of a killed postmaster do not end.
    """
    began = time.monotonic()
    while True:
        seen = _pid_file_written(data)
        postmaster = Postmaster.read(data)
        live = account.servers_in(data) if PROC.exists() else _believed(postmaster)
        if postmaster is not None and postmaster.pid in live:
            return postmaster
        if not live:
            # A server that has come up since the look-out wrote a file of its own: that one stays.
            if seen is not None and _pid_file_written(data) == seen:
                (data / PID_FILE).unlink(missing_ok=True)
            return None
        waited = time.monotonic() - began
        if waited > ORPHAN_LIMIT_SECONDS:
            raise ServerError(
                f"Processes of a killed server still use {data} and do not end; end them yourself "
                f"(kill {' '.join(map(str, sorted(live)))}) and run it again."
            )
        if waited > ORPHAN_PATIENCE_SECONDS:
            _terminate(live)
        time.sleep(POLL_SECONDS)


def _pid_file_written(data: Path) -> tuple[int, int] | None:
    """Which file it is and when it was written; None when there is none."""
    try:
        status = (data / PID_FILE).stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_ino, status.st_mtime_ns


def _believed(postmaster: Postmaster | None) -> frozenset[int]:
    """Where there is no /proc (macOS), do as PostgreSQL does: a number in use is the server's."""
    if postmaster is None:
        return frozenset()
    try:
        os.kill(postmaster.pid, 0)
    except ProcessLookupError:
        return frozenset()
    return frozenset({postmaster.pid})


def _terminate(pids: frozenset[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            continue


def start(settings: Settings, data: Path, account: Account) -> None:
    """Start the server and wait until it accepts connections.

    Args:
        settings: The home, where the log goes, and the port.
        data: The data directory itself, not a link to it.
        account: Who owns it.

    Raises:
        ServerError: It does not start.
    """
    _refuse_unusable(data, account)
    server_files.configure(settings, account, data)
    log_path = settings.home / LOG_NAME
    if log_path.exists() and log_path.stat().st_size > LOG_BYTES_KEPT:
        log_path.replace(log_path.with_suffix(".log.1"))
    program = server_files.binaries_for(account) / "pg_ctl"
    # The log is opened here and inherited: the account need not be able to write to the home.
    with log_path.open("a+b") as log:
        began = log.seek(0, os.SEEK_END)
        limit = f"--timeout={START_SECONDS}"
        started = account.run([program, "start", limit, f"--pgdata={data}"], output=log)
        log.seek(began)
        said = log.read().decode("utf-8", "replace")
    if started.returncode != 0 and live_postmaster(data, account) is None:
        raise ServerError(
            f"PostgreSQL did not start (log: {log_path}): {server_files.reason(said)}"
        )


def _refuse_unusable(data: Path, account: Account) -> None:
    if not (data / "PG_VERSION").exists():
        raise ServerError(f"{data} holds no PostgreSQL data; move it away and run it again.")
    if not account.can_enter(data):
        raise ServerError(
            f"{data} is closed to {account.name}, who runs PostgreSQL for root; open every folder "
            "above it (chmod o+x) or set CHHIMEKI_HOME to another folder."
        )


def stop(data: Path, account: Account) -> None:
    """Stop the server, ending its connections, and wait for its end.

    Args:
        data: The data directory.
        account: Who owns it.

    Raises:
        ServerError: It does not stop.
    """
    program = server_files.binaries_for(account) / "pg_ctl"
    limit = f"--timeout={STOP_SECONDS}"
    # A server that is told to stop in the first moment after a crash of its own never does. At once
    # then, as after a crash: what was committed is recovered at the next start.
    for mode in ("fast", "immediate"):
        stopped = account.run([program, "stop", f"--mode={mode}", limit, f"--pgdata={data}"])
        if stopped.returncode == 0:
            return
    raise ServerError(f"PostgreSQL did not stop: {server_files.reason(stopped.stdout)}")
