"""The load: files in, rows in schema raw out.

What flows through: paths as a person gives them in; for each file what became of it out. A file
that cannot be landed does not stop the others; a server that fails stops all.
Belongs here: reading, sorting and landing composed. Does not belong here: how any of them works.
Run it alone: `python -c "from loaders import pipeline, settings as s;
print(pipeline.load(['file.jsonl'], s.Settings.from_environment()))"`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from loaders import copying, landing, reading
from loaders.copying import Counts, ValueRefusedError
from loaders.landing import Connection
from loaders.reading import LandingFile, RefusedError
from loaders.settings import Settings
from loaders.sorting import Sorted, Sorter
from loaders.validation import Judge


class Status(StrEnum):
    """What became of a file."""

    LANDED = "landed"
    ALREADY_LANDED = "already_landed"
    REFUSED = "refused"


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file.

    Attributes:
        file_name: Its path as it was given; `-` for standard input.
        status: Landed now, landed before (the same bytes, under whatever name), or refused.
        load_id: The load its content landed in; None where it was refused.
        records_read: Records landed or rejected now, zero unless it landed now.
        seconds: How long it took.
        reason: Why it was refused, in one line, else None.
    """

    file_name: str
    status: Status
    load_id: int | None
    records_read: int
    events_landed: int
    entities_landed: int
    records_rejected: int
    seconds: float
    reason: str | None = None


@dataclass(frozen=True)
class LoadSummary:
    """What became of all files, in the order in which they were loaded."""

    files: tuple[FileOutcome, ...]

    @property
    def records_read(self) -> int:
        """Records read from the files that landed now."""
        return sum(one.records_read for one in self.files)

    @property
    def events_landed(self) -> int:
        """Events landed now, duplicates included."""
        return sum(one.events_landed for one in self.files)

    @property
    def entities_landed(self) -> int:
        """Entities landed now."""
        return sum(one.entities_landed for one in self.files)

    @property
    def records_rejected(self) -> int:
        """Records rejected now."""
        return sum(one.records_rejected for one in self.files)

    @property
    def seconds(self) -> float:
        """How long the files took."""
        return sum(one.seconds for one in self.files)

    def with_status(self, status: Status) -> tuple[FileOutcome, ...]:
        """Give the files that had one fate."""
        return tuple(one for one in self.files if one.status == status)

    @property
    def files_refused(self) -> int:
        """Files that could not be landed; a command that loads exits 1 when there are any."""
        return len(self.with_status(Status.REFUSED))


@dataclass(frozen=True)
class Progress:
    """How far the load of one file is.

    Attributes:
        file_name: Its path as it was given.
        records_read: Records read until now.
        bytes_read: Bytes of the file read until now, compressed as they are.
        bytes_total: Length of the file.
    """

    file_name: str
    records_read: int
    bytes_read: int
    bytes_total: int


def load(
    paths: Sequence[str],
    settings: Settings,
    progress: Callable[[Progress], None] | None = None,
) -> LoadSummary:
    """Land files, each in one transaction.

    Args:
        paths: Files, folders, patterns, or `-` for standard input.
        settings: Which server; below its home, what cannot be kept in memory is put for a while.
        progress: Told some times a second how far the current file is.

    Returns:
        What became of each file.

    Raises:
        LoadError: A path names nothing, or the server failed. Files before that have landed.
    """
    files = reading.expand(paths)
    spool = settings.home / "spool"
    spool.mkdir(parents=True, exist_ok=True)
    with landing.connected(settings) as connection:
        loader = _Loader(connection, spool, progress or (lambda _: None))
        return LoadSummary(tuple(loader.load(path) for path in files))


def have_landed(paths: Sequence[str], settings: Settings) -> bool:
    """Say whether there is nothing in these files that has not landed.

    Args:
        paths: Files; standard input can be read only once, and so always counts as new.
        settings: Which server.

    Returns:
        Whether the content of each has landed; one that cannot be read has not.

    Raises:
        LoadError: The server failed.
    """
    if reading.STANDARD_INPUT in paths:
        return False
    with landing.connected(settings) as connection:
        return all(_has_landed(connection, path, settings.home) for path in paths)


def _has_landed(connection: Connection, path: str, spool: Path) -> bool:
    try:
        with reading.open_landing_file(path, spool) as file:
            return landing.load_id_of(connection, file.digest) is not None
    except RefusedError:
        return False


class _Loader:
    def __init__(
        self, connection: Connection, spool: Path, progress: Callable[[Progress], None]
    ) -> None:
        self._connection = connection
        self._spool = spool
        self._progress = progress

    def load(self, path: str) -> FileOutcome:
        started = time.monotonic()
        status, load_id, counts, reason = Status.REFUSED, None, Counts(), None
        try:
            with reading.open_landing_file(path, self._spool) as file:
                status, load_id, counts = self._land(file)
        except RefusedError as error:
            reason = str(error)
        return FileOutcome(
            path,
            status,
            load_id,
            counts.records_read,
            counts.events_landed,
            counts.entities_landed,
            counts.records_rejected,
            time.monotonic() - started,
            reason,
        )

    def _land(self, file: LandingFile) -> tuple[Status, int | None, Counts]:
        try:
            return self._attempt(file, checked=False)
        except ValueRefusedError:
            return self._attempt(file, checked=True)

    def _attempt(self, file: LandingFile, *, checked: bool) -> tuple[Status, int | None, Counts]:
        connection = self._connection
        with landing.begun(connection, file.digest, file.name, file.size) as load:
            if load is None:
                return Status.ALREADY_LANDED, landing.load_id_of(connection, file.digest), Counts()
            sorter = Sorter(load.load_id, Judge(load.landed_at))
            blocks = self._sorted(file, sorter)
            if checked:
                counts = copying.copy_checked(connection, blocks, sorter)
            else:
                counts = copying.copy(connection, blocks, self._spool)
            landing.finish(connection, load, counts)
            return Status.LANDED, load.load_id, counts

    def _sorted(self, file: LandingFile, sorter: Sorter) -> Iterator[Sorted]:
        read = 0
        for block in file.blocks():
            rows = sorter.sort(block)
            read += rows.records
            yield rows
            self._progress(Progress(file.name, read, file.bytes_read, file.size))
