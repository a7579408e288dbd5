"""Servers and disks that a test may break: its own, in a folder of its own."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from loaders.embedded import server
from loaders.embedded.server_account import Account
from loaders.settings import Settings


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that the server's account may enter, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="chhimeki-fault-tests-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_server_in(home: Path) -> Iterator[Settings]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings.from_environment({"CHHIMEKI_HOME": str(home), "CHHIMEKI_PORT": str(port)})
    server.up(settings)
    try:
        yield settings
    finally:
        server.down(settings)


def kill_server(settings: Settings) -> None:
    """End every process of the server at once, as the kernel does when memory runs out."""
    data = (settings.home / "data").resolve()
    # Until none is left: some end by themselves meanwhile, and others are started.
    while pids := Account.for_data(data).servers_in(data):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A filesystem in memory."""
    with open_folder() as folder:
        mounted = _mount(folder, f"size={megabytes}m")
        if mounted.returncode:
            pytest.skip(f"mounting a small filesystem is for root alone: {mounted.stderr.strip()}")
        folder.chmod(0o755)
        try:
            yield folder
        finally:
            unmount = ["umount", "--lazy", str(folder)]
            subprocess.run(unmount, check=True)


def _mount(folder: Path, options: str) -> "subprocess.CompletedProcess[str]":
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(mount, capture_output=True, check=False, text=True)


def fill(disk: Path, *, but: int) -> Path:
    """Leave so many bytes free; give the file to delete to make room."""
    ballast = disk / "ballast"
    with ballast.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, shutil.disk_usage(disk).free - but)
    return ballast
