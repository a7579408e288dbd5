"""A command measured on a database of its own.

What flows through: a command and a database in, the figures of the report's tables out.
Belongs here: the names of the figures, and what happens before and after a measured run.
Does not belong here: which commands are compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.databases import settle
from benchmarks.harness import SECONDS
from benchmarks.processes import run, server_cpu_seconds
from loaders.settings import Settings

CLIENT_CPU = "client CPU s"
SERVER_CPU = "server CPU s"
PEAK_MB = "client peak MB"
MB = 1e6


@dataclass(frozen=True)
class Request:
    """What was asked of a benchmark.

    Attributes:
        command: As it was typed, for the report.
        server: Settings of the server, up; databases are made on it.
        folder: Where simulated events may lie; an existing folder that is removed afterwards.
        machine: Facts about it.
        events: The size; None for the benchmark's own.
        rounds: How often; None for the benchmark's own number.
    """

    command: str
    server: Settings
    folder: Path
    machine: dict[str, str]
    events: int | None = None
    rounds: int | None = None


def measured(
    server: Settings,
    database: Settings,
    command: Sequence[str | Path],
    variables: Mapping[str, str] | None = None,
) -> dict[str, float]:
    """Run a command on a database and measure it on both sides.

    Args:
        server: The server.
        database: The command's own database.
        command: What to run.
        variables: What tells it of the database; those of the settings unless others are given.

    Returns:
        Figures by name; those that cannot be known here are left out.
    """
    settle(database)
    before = server_cpu_seconds(server)
    finished = run(command, variables or database.environment())
    figures = {SECONDS: finished.seconds, CLIENT_CPU: finished.cpu_seconds}
    # A backend's time is its postmaster's to tell once it has ended.
    settle(database)
    after = server_cpu_seconds(server)
    if before is not None and after is not None:
        figures[SERVER_CPU] = after - before
    if finished.peak_bytes is not None:
        figures[PEAK_MB] = finished.peak_bytes / MB
    return figures
