"""Disks that a test may fill."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers import open_to_all


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A filesystem in memory."""
    with open_to_all() as folder:
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
