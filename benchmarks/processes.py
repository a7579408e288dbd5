"""A command run and measured: its time, its processor time, its memory.

What flows through: a command in; seconds, CPU seconds and peak memory of it and all that it starts
out; likewise the CPU seconds of the embedded server.
Belongs here: `/proc`. Where there is none (macOS), or the server is not ours, figures are left out.
Does not belong here: what is run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from loaders.embedded.server_process import Postmaster
from loaders.errors import ChhimekiError
from loaders.settings import PROJECT_ROOT, Settings

PROC = Path("/proc")
SAMPLED_EVERY_SECONDS = 0.1
# Places in /proc/<pid>/stat after the process's name.
UTIME, STIME, CUTIME, CSTIME = 11, 12, 13, 14
BIN = Path(sys.executable).parent
TAIL = 2_000


class BenchmarkError(ChhimekiError):
    """What was to be measured did not work."""


@dataclass(frozen=True)
class Finished:
    """What a command took.

    Attributes:
        seconds: From its start to its end.
        cpu_seconds: Of the command and all processes that it started and waited for.
        peak_bytes: Memory of all its processes at once, shared pages counted in each; None where
            it cannot be known.
        output: What it printed.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int | None
    output: str


def run(command: Sequence[str | Path], variables: Mapping[str, str]) -> Finished:
    """Run a command at the project's root, to its end.

    Args:
        command: Program and arguments.
        variables: Laid over the environment.

    Returns:
        What it took.

    Raises:
        BenchmarkError: It failed; the message ends with what it said.
    """
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = _started(command, variables, output)
        memory = _Memory(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        peak = memory.stop()
        output.seek(0)
        said = output.read().decode("utf-8", "replace")
    if process.returncode:
        raise BenchmarkError(f"{' '.join(map(str, command))}: {said[-TAIL:]}")
    return Finished(seconds, usage.ru_utime + usage.ru_stime, peak, said)


def _started(
    command: Sequence[str | Path], variables: Mapping[str, str], output: IO[bytes]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=PROJECT_ROOT,
            env=os.environ | variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    except FileNotFoundError as error:
        raise BenchmarkError(
            f"{command[0]} is not there; `make bench` installs what it needs."
        ) from error


class _Memory:
    """Looks on at a process and its children from a thread, some times a second."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self._thread.start()

    def stop(self) -> int | None:
        self._over.set()
        self._thread.join()
        return self._peak or None

    def _look_on(self) -> None:
        while not self._over.wait(SAMPLED_EVERY_SECONDS):
            # The kernel keeps each process's own peak; so none is missed between two looks.
            self._peak = max(self._peak, sum(map(_peak_bytes, tree(self._pid))))


def tree(pid: int) -> Iterator[int]:
    """List a process and all below it, as far as they live.

    Args:
        pid: The process.

    Yields:
        Process ids.
    """
    yield pid
    with suppress(OSError):
        for children in (PROC / str(pid) / "task").glob("*/children"):
            for child in children.read_text(encoding="ascii").split():
                yield from tree(int(child))


def _peak_bytes(pid: int) -> int:
    with suppress(OSError):
        for line in (PROC / str(pid) / "status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def server_cpu_seconds(settings: Settings) -> float | None:
    """Read how much processor time the embedded server has used since it started.

    Args:
        settings: The server.

    Returns:
        Seconds, to a hundredth, those of ended backends included; None where the server is not
        ours to look at.
    """
    postmaster = Postmaster.read((settings.home / "data").resolve()) if settings.embedded else None
    if postmaster is None or not PROC.exists():
        return None
    ticks = sum(_ticks(postmaster.pid, CUTIME, CSTIME))
    ticks += sum(sum(_ticks(pid, UTIME, STIME)) for pid in tree(postmaster.pid))
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int, *places: int) -> list[int]:
    try:
        words = (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []
    return [int(words[place]) for place in places]
