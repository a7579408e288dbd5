"""One worker process: loads files, or parts of one file, as its coordinator says.

What flows through: tasks in and what became of them out, over one pipe. Where the pipe closes, the
worker rolls back and ends, so a coordinator that is killed leaves nobody at work.
Belongs here: what a worker does, and the words the two speak. Does not belong here: who gets which
task (`crew`).
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from multiprocessing.connection import Connection
from pathlib import Path
from typing import BinaryIO

import psycopg

from loaders.errors import LoadError
from loaders.landing import connecting, copying, register
from loaders.landing.copying import ValueRefusedError
from loaders.landing.file_loader import PURPOSE, FileLoader
from loaders.loads import Counts, Load
from loaders.outcomes import FileOutcome, Progress
from loaders.reading.splitting import Block
from loaders.records.sorting import Sorted, Sorter
from loaders.records.validation import Judge
from loaders.settings import Settings
from loaders.workers import parts
from loaders.workers.parts import NotInPartsError, Part

SECONDS_BETWEEN_PROGRESS = 0.1


@dataclass(frozen=True)
class Parts:
    """Parts of a file follow, in one transaction, until a command ends it; not answered."""

    load: Load
    path: str


class Command(Enum):
    """How the transaction of the parts ends; answered with itself."""

    COMMIT = auto()
    ROLL_BACK = auto()


# A path is a file to load, a part one to copy.
Task = str | Parts | Part | Command
Said = FileOutcome | Counts | Progress | Command | NotInPartsError | LoadError


def work(pipe: Connection, settings: Settings) -> None:
    """Do tasks until the pipe closes.

    Args:
        pipe: To the coordinator.
        settings: Which server.
    """
    # An interrupt from the keyboard reaches every process; the coordinator decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        try:
            with (
                connecting.failing_in_one_line(settings, PURPOSE),
                FileLoader(settings, _at_times(pipe.send)) as loader,
            ):
                while True:
                    pipe.send(_done(loader, pipe, pipe.recv()))
        except LoadError as error:
            pipe.send(error)


def _at_times(send: Callable[[Progress], None]) -> Callable[[Progress], None]:
    last = 0.0

    def sometimes(progress: Progress) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_PROGRESS:
            last = now
            send(progress)

    return sometimes


def _done(loader: FileLoader, pipe: Connection, task: Task) -> Said:
    match task:
        case str():
            return loader.load(task)
        case Parts():
            return _parts_done(loader, pipe, task)
        case Part():
            return NotInPartsError("what came before it has failed")
        case _:
            # There is nothing left to roll back.
            return task


def _parts_done(loader: FileLoader, pipe: Connection, task: Parts) -> Said:
    try:
        with Path(task.path).open("rb") as file:
            return _part_after_part(loader, pipe, task.load, file)
    except (psycopg.Error, ValueRefusedError, NotInPartsError) as error:
        return NotInPartsError(str(error))


def _part_after_part(loader: FileLoader, pipe: Connection, load: Load, file: BinaryIO) -> Command:
    connection = loader.connection
    with connection.transaction() as transaction:
        register.join_parts(connection, load)
        while isinstance(task := pipe.recv(), Part):
            judge = Judge(load.landed_at)
            sorter = Sorter(loader.rows_of(load), judge, task.first_line, load.erased)
            rows = _one_record_a_line(sorter, parts.blocks(file, task))
            pipe.send(copying.copy(connection, load, rows, loader.spool))
        if task is Command.ROLL_BACK:
            raise psycopg.Rollback(transaction)
    return Command(task)


def _one_record_a_line(sorter: Sorter, blocks: Iterable[Block]) -> Iterator[Sorted]:
    for block in blocks:
        rows = sorter.sort(block)
        if rows.counts.records_read != len(block.texts):
            raise NotInPartsError("not one record a line")
        yield rows
