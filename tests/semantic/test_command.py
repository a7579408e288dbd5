"""`chhimeki mf`, really called: it answers from wherever it is called, and asks no one else."""

import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loaders.settings import PROJECT_ROOT, Settings

CACHED_NEWS = "update_checker_cache.pkl"


class Planted:
    """What somebody else left in the temporary folder: unpickled, it makes a file there."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.marker,)


@pytest.fixture
def proxy() -> Iterator[socket.socket]:
    """Where requests to other hosts would go."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def test_the_command_answers_and_asks_no_one_else(
    warehouse: Settings, proxy: socket.socket, tmp_path: Path
) -> None:
    marker = tmp_path / "planted"
    (tmp_path / CACHED_NEWS).write_bytes(pickle.dumps({"news": Planted(marker)}))
    somewhere = f"http://127.0.0.1:{proxy.getsockname()[1]}"
    home = replace(warehouse, home=tmp_path / "home", landing=tmp_path / "home" / "landing")
    table = tmp_path / "answer.csv"
    arguments = ["--metrics", "posts_liked,dormant_users", "--csv", str(table), "--quiet"]

    asked = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "mf", "query", *arguments],
        cwd=tmp_path,
        env=os.environ
        | home.environment()
        | {"TMPDIR": str(tmp_path), "HTTPS_PROXY": somewhere, "HTTP_PROXY": somewhere}
        | {"PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert asked.returncode == 0, asked.stdout + asked.stderr
    names, values = table.read_text().splitlines()
    assert names == "posts_liked,dormant_users"
    assert all(int(value) > 0 for value in values.split(","))
    assert not marker.exists()
    with pytest.raises(BlockingIOError):
        proxy.accept()
