"""A simulated community as landing files.

What flows through: a plan in, lines of records out, or a few files of them in every shape that
the loader reads. The names sort in the order of arrival.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from loaders.simulation.dirt import arriving
from loaders.simulation.entities import Timed, entities
from loaders.simulation.people import populate
from loaders.simulation.plan import SimulationPlan
from loaders.simulation.sessions import events_of_day
from loaders.simulation.world import World

BATCH = 50


def simulate(plan: SimulationPlan) -> Iterator[bytes]:
    """The records of the plan, clean and dirty, one line each without its end."""
    yield from arriving(plan, _days(plan))


def write(plan: SimulationPlan, folder: Path) -> list[Path]:
    """Write the plan as landing files into a folder, which is made where there is none.

    Returns:
        The files, in the order in which they should land.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = list(simulate(plan))
    fifth = -(-len(lines) // 5)
    first, array, third, batches, last = (
        lines[start : start + fifth] for start in range(0, 5 * fifth, fifth)
    )
    # Only lines of their own can be no JSON at all: an array or a batch of them would be none.
    array, misfits = _parted(array)
    batches, more_misfits = _parted(batches)
    contents = {
        "chhimeki-1.jsonl.gz": _gzipped(_joined(first)),
        "chhimeki-2.json": b"[\n" + b",\n".join(array) + b"\n]\n",
        "chhimeki-3.jsonl.gz": _gzipped(_joined(misfits + third)),
        "chhimeki-4-batches.jsonl": _joined(_batches(batches)),
        "chhimeki-5.jsonl.gz": _gzipped(_joined(more_misfits + last)),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def _days(plan: SimulationPlan) -> Iterator[list[Timed]]:
    people = populate(plan)
    world = World.of(people, plan.random("world"))
    snapshots: dict[int, list[Timed]] = {}
    for at, record in entities(plan, people):
        # What is exported after the last day arrives with it.
        day = min((at - plan.midnight(0)).days, plan.days - 1)
        snapshots.setdefault(day, []).append((at, record))
    for day in range(plan.days):
        yield [*snapshots.get(day, []), *events_of_day(plan, day, world)]


def _joined(lines: Sequence[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _batches(lines: Sequence[bytes]) -> list[bytes]:
    batches = (lines[start : start + BATCH] for start in range(0, len(lines), BATCH))
    return [b'{"events":[' + b",".join(batch) + b"]}" for batch in batches]


def _gzipped(content: bytes) -> bytes:
    """Compressed without name and time, so that the same plan gives the same bytes."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()


def _parted(lines: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Lines that are JSON, and those that are not."""
    whole = [line for line in lines if _is_json(line)]
    return whole, [line for line in lines if not _is_json(line)]


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(constant: str) -> None:
    raise ValueError(constant)
