"""Worker processes that load files, and parts of one file, side by side.

What flows through: tasks to workers, and what they say back, over one pipe each. A worker that is
killed is an error here.
Belongs here: the processes and who gets which task. Does not belong here: what a worker does
(`worker`), which files are shared (`pipeline`), what publishes a load in parts (`parts_loader`).
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Self

from loaders.errors import LoadError
from loaders.loads import Counts, Load
from loaders.outcomes import FileOutcome, Progress
from loaders.reading.inputs import LandingFile
from loaders.settings import Settings
from loaders.workers import parts
from loaders.workers.worker import Command, Parts, Said, Task, work

SECONDS_TO_END = 5.0
WORKER_DIED = "A worker process died; load again: what landed is left out."


class Crew:
    """Workers, from `with` to its end."""

    def __init__(
        self, settings: Settings, workers: int, progress: Callable[[Progress], None]
    ) -> None:
        """Take note of the warehouse.

        Args:
            settings: Which server.
            workers: How many processes.
            progress: Told some times a second how far each file is.
        """
        self._settings = settings
        self._size = workers
        self._progress = progress
        self._processes: list[BaseProcess] = []
        self._pipes: list[Connection] = []

    def __enter__(self) -> Self:
        """Start the processes."""
        # Not forked: the process around may have threads, which a copy of it would lack.
        context = multiprocessing.get_context("spawn")
        for _ in range(self._size):
            ours, theirs = context.Pipe()
            process = context.Process(target=work, args=(theirs, self._settings), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._pipes.append(ours)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the pipes, at which the workers end."""
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(SECONDS_TO_END)
            if process.is_alive():
                process.terminate()
                process.join()

    def load(self, paths: Iterable[str]) -> dict[str, FileOutcome]:
        """Load files, each by whoever is free.

        Args:
            paths: The files.

        Returns:
            What became of each.

        Raises:
            LoadError: The server failed, or a worker died. Other files may have landed.
        """
        return {outcome.file_name: outcome for outcome in self._shared(paths)}

    @contextmanager
    def together(self, load: Load, path: str) -> Iterator[None]:
        """Have every worker begin its transaction of a load in parts; an error rolls all back.

        Args:
            load: The load.
            path: The file.
        """
        for pipe in self._pipes:
            _tell(pipe, Parts(load, path))
        try:
            yield
        except BaseException:
            self._roll_back()
            raise

    def copy_parts(self, file: LandingFile) -> Counts:
        """Copy a file part by part, each by whoever is free, without committing.

        Args:
            file: The file of the load in parts that has begun.

        Returns:
            What was copied.

        Raises:
            NotInPartsError: A worker could not; the file is to be loaded as a whole.
            LoadError: A worker died.
        """
        counts = Counts()
        for copied in self._shared(parts.survey(file)):
            counts += copied
            self._progress(Progress(file.name, counts.records_read, file.bytes_read, file.size))
        return counts

    def commit(self) -> None:
        """Have every worker commit its parts; raise `NotInPartsError` where one cannot."""
        for pipe in self._pipes:
            _tell(pipe, Command.COMMIT)
        for pipe in self._pipes:
            _reply(pipe)

    def _roll_back(self) -> None:
        for pipe in self._pipes:
            with suppress(LoadError):
                _tell(pipe, Command.ROLL_BACK)
        for pipe in self._pipes:
            with suppress(LoadError):
                # What it was in the middle of, it says first.
                while _said(pipe) is not Command.ROLL_BACK:
                    pass

    def _shared(self, tasks: Iterable[Task]) -> Iterator[Any]:
        """Give each task to whoever is free, and what is said of it as it comes."""
        coming = iter(tasks)
        task = next(coming, None)
        free, busy = list(self._pipes), list[Connection]()
        while busy or task is not None:
            while free and task is not None:
                busy.append(free.pop())
                _tell(busy[-1], task)
                # Made while the workers work: to survey a part takes a while.
                task = next(coming, None)
            for pipe in [one for one in busy if one in wait(busy)]:
                said = _reply(pipe)
                if isinstance(said, Progress):
                    self._progress(said)
                else:
                    busy.remove(pipe)
                    free.append(pipe)
                    yield said


def _tell(pipe: Connection, task: Task) -> None:
    try:
        pipe.send(task)
    except OSError as error:
        raise LoadError(WORKER_DIED) from error


def _said(pipe: Connection) -> Said:
    try:
        said: Said = pipe.recv()
    except (EOFError, OSError) as error:
        raise LoadError(WORKER_DIED) from error
    return said


def _reply(pipe: Connection) -> Said:
    said = _said(pipe)
    if isinstance(said, Exception):
        raise said
    return said
