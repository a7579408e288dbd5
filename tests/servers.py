"""Embedded servers that a test may break: in a folder of their own, on a port of their own."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from loaders.embedded import server
from loaders.embedded.server_account import Account
from loaders.embedded.server_process import Postmaster
from loaders.settings import Settings


@contextmanager
def open_to_all() -> Iterator[Path]:
    """A folder that the server's account may enter, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="chhimeki-tests-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_ports(count: int) -> list[int]:
    """Find ports that nobody listens on, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def free_port() -> int:
    (port,) = free_ports(1)
    return port


def settings_of(home: Path) -> Settings:
    """A home that need not be there yet, on a port of its own."""
    return Settings.from_environment(
        {"CHHIMEKI_HOME": str(home), "CHHIMEKI_PORT": str(free_port())}
    )


@contextmanager
def own_server_in(home: Path) -> Iterator[Settings]:
    settings = settings_of(home)
    server.up(settings)
    try:
        yield settings
    finally:
        server.down(settings)


def kill_server(settings: Settings) -> None:
    """End every process of the server at once, as the kernel does when memory runs out."""
    data = (settings.home / "data").resolve()
    # The postmaster first: it would put others in the place of its children.
    if postmaster := Postmaster.read(data):
        _kill(postmaster.pid)
    for pid in Account.for_data(data).servers_in(data):
        _kill(pid)


def _kill(pid: int) -> None:
    # It may end by itself meanwhile.
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
