"""How fast files land: `chhimeki load` against plain COPY and against dlt.

What flows through: a request in, one large file and the same lines in several, and the report out.
Every run has a database of its own, made just before: empty tables, nothing left to write out.
Belongs here: the contestants and the goals. Does not belong here: how they are measured
(`measuring`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bulk import BulkPlan, Snapshots, write
from benchmarks.databases import fresh_database
from benchmarks.harness import (
    SECONDS,
    Contestant,
    Goal,
    Report,
    Series,
    Table,
    alternate,
    number,
    ratio,
)
from benchmarks.measuring import CLIENT_CPU, PEAK_MB, SERVER_CPU, Request, measured
from benchmarks.processes import BIN
from loaders.embedded import server
from loaders.settings import PROJECT_ROOT

EVENTS = 1_000_000
ROUNDS = 3
PARTS = 4
# dlt gets one event in so many: it would take half an hour for all of them.
DLT_FRACTION = 10
DLT_FORMATS = ("insert_values", "csv")
DLT_PYTHON = PROJECT_ROOT / ".venv-bench" / "bin" / "python"
CHHIMEKI = BIN / "chhimeki"
# CSV whose quote and delimiter are control characters, which JSON text cannot hold: a line reaches
# its column with nothing to escape. Nothing is checked, numbered or known to have landed before.
PLAIN_COPY = (
    "create table lines (record jsonb)",
    "\\copy lines from '{}' (format csv, quote e'\\x01', delimiter e'\\x02')",
)
RECORDS_A_SECOND = "records/s"


@dataclass(frozen=True)
class _Files:
    """What is loaded: the same lines in one file and in several, and dlt's part.

    Attributes:
        records: How many lines there are, entities included.
        bytes: Length of all of them.
        part_records: How many there are in dlt's part.
    """

    one: Path
    several: tuple[Path, ...]
    part: Path
    records: int
    bytes: int
    part_records: int


def report(request: Request) -> Report:
    """Measure.

    Args:
        request: Sizes, and where.

    Returns:
        The report.
    """
    files = _written(request.folder, request.events or EVENTS)
    rounds = request.rounds or ROUNDS
    contestants = _contestants(request, files)
    by_name = {one.name: one for one in alternate(contestants, rounds)}
    return Report(
        name="landing",
        command=request.command,
        data=(
            f"{files.records:,} simulated records, {files.bytes / files.records:.0f} bytes each,"
            f" into empty tables; dlt {files.part_records:,} of the same kind."
            " Times are of whole processes, their start included."
        ),
        machine=request.machine,
        rounds=rounds,
        tables=[Table("Landing", list(by_name.values()))],
        goals=_goals(by_name),
        notes=_notes(by_name),
    )


def _written(folder: Path, events: int) -> _Files:
    several = tuple(folder / f"landing-{number}.jsonl" for number in range(PARTS))
    one, part = folder / "landing.jsonl", folder / "landing-dlt.jsonl"
    records = write(BulkPlan(events=events), several)
    with one.open("wb") as whole:
        for path in several:
            whole.write(path.read_bytes())
    part_records = write(BulkPlan(events=events // DLT_FRACTION, snapshots=Snapshots.NONE), [part])
    return _Files(one, several, part, records, one.stat().st_size, part_records)


def _contestants(request: Request, files: _Files) -> list[Contestant]:
    load: list[str | Path] = [CHHIMEKI, "load"]
    commands: dict[str, list[str | Path]] = {
        "plain COPY": [
            *(server.binaries() / "psql", "-q", "-c", PLAIN_COPY[0]),
            *("-c", PLAIN_COPY[1].format(files.one)),
        ],
        "one file, 1 worker": [*load, files.one],
        "one file, 2 workers": [*load, "--workers", "2", files.one],
        f"{PARTS} files, 1 worker": [*load, *files.several],
        f"{PARTS} files, 2 workers": [*load, "--workers", "2", *files.several],
    }
    script = Path(__file__).parent / "dlt_load.py"
    return [
        *(_contestant(request, name, command, files.records) for name, command in commands.items()),
        *(
            _contestant(
                request, f"dlt, {one}", [DLT_PYTHON, script, files.part, one], files.part_records
            )
            for one in DLT_FORMATS
        ),
    ]


def _contestant(
    request: Request, name: str, command: Sequence[str | Path], records: int
) -> Contestant:
    def measure() -> dict[str, float]:
        with fresh_database(request.server, "landing") as database:
            figures = measured(request.server, database, command)
        return figures | {RECORDS_A_SECOND: records / figures[SECONDS]}

    return Contestant(name, measure)


def _goals(by_name: dict[str, Series]) -> list[Goal]:
    one, two = by_name["one file, 1 worker"], by_name["one file, 2 workers"]
    files_one = by_name[f"{PARTS} files, 1 worker"]
    files_two = by_name[f"{PARTS} files, 2 workers"]
    dlt = max((by_name[f"dlt, {name}"] for name in DLT_FORMATS), key=_rate)
    peaks = [
        peak for load in (one, two, files_one, files_two) for peak in load.figures.get(PEAK_MB, [])
    ]
    rate = RECORDS_A_SECOND
    return [
        Goal("one worker to plain COPY", 1.0, False, ratio(one, by_name["plain COPY"], rate)),
        Goal("two workers to one, one file", 1.7, False, ratio(two, one, rate)),
        Goal("two workers to one, several files", 1.7, False, ratio(files_two, files_one, rate)),
        Goal("one worker to dlt's faster way", 15, False, ratio(one, dlt, rate)),
        Goal("peak memory of any load, MB", 200, True, max(peaks, default=None)),
    ]


def _rate(series: Series) -> float:
    return series.median(RECORDS_A_SECOND)


def _notes(by_name: dict[str, Series]) -> list[str]:
    names = ("one file", f"{PARTS} files")
    pairs = [(name, by_name[f"{name}, 1 worker"], by_name[f"{name}, 2 workers"]) for name in names]
    return [_bound(name, one, two) for name, one, two in pairs if SERVER_CPU in two.figures]


def _bound(name: str, one: Series, two: Series) -> str:
    """Say how much two workers could gain on this machine, by what there is to compute."""
    cores = os.cpu_count() or 1
    busy = two.median(CLIENT_CPU) + two.median(SERVER_CPU)
    least = busy / cores
    return (
        f"Two workers on {name} keep the processor busy for {number(busy)} s, client and server"
        f" together. {cores} cores cannot do that in less than {number(least)} s, and that would"
        f" be {number(one.median() / least)} times as fast as one worker was."
    )
