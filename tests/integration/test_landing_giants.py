"""Records far larger than memory should be: they are rejected, the others land, memory stays small.

Each file is read by a process of its own, whose peak of memory is told at the end.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import zstandard

from loaders.reading.splitting import KEPT_BYTES
from loaders.settings import Settings
from tests.integration.conftest import Query
from tests.integration.landing_content import lines

MOST_MEGABYTES = 200
MEGABYTE = b"x" * 1_000_000
LOADING = """
import sys
from loaders.pipeline import load
from loaders.settings import Settings
print(load(sys.argv[1:], Settings.from_environment()).events_landed)
"""
# The peak of a process begins with that of the one it was started from: a small one stands between
# the loader and the tests.
RUNNING_THEN_TELLING_MEMORY = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-c", *sys.argv[1:]], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
# macOS tells bytes where others tell kilobytes.
BYTES_TOLD = 1 if sys.platform == "darwin" else 1024


def giant(megabytes: int) -> Iterator[bytes]:
    """An event, legal but for its size."""
    yield b'{"eventId": "'
    for _ in range(megabytes):
        yield MEGABYTE
    yield b'", "eventName": "page_view", "timestamp": "2024-04-30T10:00:00Z"}'


def among_others(megabytes: int, *, as_array: bool) -> Iterator[bytes]:
    separator = b"," if as_array else b"\n"
    yield b"[" if as_array else b""
    yield lines(1000).replace(b"\n", separator)
    yield from giant(megabytes)
    yield separator
    yield lines(1000, start=1000).strip().replace(b"\n", separator)
    yield b"]" if as_array else b"\n"


def landed_and_megabytes(path: Path, database: Settings) -> tuple[int, int]:
    ran = subprocess.run(
        [sys.executable, "-c", RUNNING_THEN_TELLING_MEMORY, LOADING, str(path)],
        env=os.environ | database.environment(),
        capture_output=True,
        check=False,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    events, peak = map(int, ran.stdout.split())
    return events, peak * BYTES_TOLD // 1_000_000


def write(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as stream:
        stream.writelines(pieces)


def write_compressed(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as stream, zstandard.ZstdCompressor().stream_writer(stream) as out:
        for piece in pieces:
            out.write(piece)


@pytest.mark.parametrize("as_array", [False, True], ids=["line", "element"])
@pytest.mark.parametrize(
    ("megabytes", "writer"),
    [(100, write), (1000, write_compressed)],
    ids=["100 MB", "a billion characters, compressed"],
)
def test_a_giant_among_others_is_rejected_and_they_land(
    megabytes: int,
    writer: Callable[[Path, Iterable[bytes]], None],
    as_array: bool,
    database: Settings,
    query: Query,
    tmp_path: Path,
) -> None:
    path = tmp_path / "giant.jsonl"
    writer(path, among_others(megabytes, as_array=as_array))
    events, peak = landed_and_megabytes(path, database)
    assert events == 2000
    assert peak <= MOST_MEGABYTES
    columns = "record_number, reason, length(record) as kept, record_bytes"
    assert query(f"select {columns} from raw.rejected_records") == [
        {
            "record_number": 1001,
            "reason": "too_large",
            "kept": KEPT_BYTES,
            "record_bytes": sum(map(len, giant(megabytes))),
        }
    ]
    # What comes after it still knows its place.
    assert query("select record_number from raw.events order by 1 desc limit 1") == [
        {"record_number": 2001}
    ]


def test_a_big_array_is_landed_in_little_memory(database: Settings, tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    path.write_bytes(b"[" + lines(100_000).rstrip().replace(b"\n", b",") + b"]")
    events, peak = landed_and_megabytes(path, database)
    assert events == 100_000
    assert peak <= MOST_MEGABYTES


@pytest.mark.parametrize(
    "begun",
    [b'{"a":"', b'[1,{"a":"', b'{"a":[{"b":"'],
    ids=["broken at once", "open for ever", "deeper and deeper"],
)
def test_an_array_that_is_one_great_wound_is_read_in_little_memory(
    begun: bytes, database: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "wound.json"
    junk = (begun + b"x" * 5000 + b'",') * 200
    write(path, [b"[", *[junk] * 40, b"\n", lines(1)])
    _, peak = landed_and_megabytes(path, database)
    assert peak <= MOST_MEGABYTES
