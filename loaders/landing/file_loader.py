"""The load of one file: read, judged, copied, in one transaction.

What flows through: a path in, what became of the file out. A file that cannot be landed is an
outcome; a server that fails is an error, after a lost connection has been made anew in vain.
Belongs here: reading, sorting and landing composed, and trying again.
Does not belong here: how any of them works, which files there are (`pipeline`).
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import psycopg

from loaders.landing import connecting, copying, register, schema
from loaders.landing.copying import ValueRefusedError
from loaders.landing.register import ErasedMeanwhileError
from loaders.loads import Counts, Load
from loaders.outcomes import FileOutcome, Progress, Status
from loaders.reading import inputs
from loaders.reading.inputs import ChangedError, LandingFile, RefusedError
from loaders.records.rows import RowWriter
from loaders.records.sealed_rows import row_writer
from loaders.records.sealing import sealer_with
from loaders.records.sorting import Sorted, Sorter
from loaders.records.validation import Judge
from loaders.settings import Settings

PURPOSE = "load"
# Seconds before a lost connection is made anew: a server that restarts is back in between.
WAITS = (0.5, 2.0, 8.0)


@dataclass(frozen=True)
class _Landed:
    status: Status
    load_id: int
    counts: Counts


class FileLoader:
    """Loads files one after the other over one connection, from `with` to its end.

    Attributes:
        spool: Folder for what does not fit in memory.
    """

    def __init__(self, settings: Settings, progress: Callable[[Progress], None]) -> None:
        """Take note of the warehouse.

        Args:
            settings: Which server; below its home, what cannot be kept in memory is put for a
                while.
            progress: Told how far the current file is.
        """
        self._settings = settings
        self._progress = progress
        self._sealer = sealer_with(settings.encryption_keys)
        self.spool = settings.home / "spool"
        self.spool.mkdir(parents=True, exist_ok=True)
        self._published: _Landed | None = None

    def __enter__(self) -> Self:
        """Connect; raise `psycopg.Error` where that fails."""
        self._connection = connecting.connect(self._settings, PURPOSE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Disconnect; what was not committed is gone."""
        self._connection.close()

    @property
    def connection(self) -> connecting.Connection:
        """The connection, made anew where it was lost; between files, outside a transaction."""
        if self._connection.closed:
            self._connection = connecting.connect(self._settings, PURPOSE)
        return self._connection

    def load(self, path: str) -> FileOutcome:
        """Land one file, all of it or nothing.

        Args:
            path: The file; `-` is standard input.

        Returns:
            What became of it.

        Raises:
            psycopg.Error: The server failed; nothing of the file has landed.
        """
        started = time.monotonic()
        try:
            with inputs.open_landing_file(path, self.spool) as file:
                landed = self._land_trying_again(file)
        except RefusedError as error:
            status = Status.CHANGED if isinstance(error, ChangedError) else Status.REFUSED
            return outcome(path, status, None, Counts(), started, str(error))
        told = outcome(path, landed.status, landed.load_id, landed.counts, started)
        erased = register.names_erased(self.connection, landed.load_id)
        return dataclasses.replace(told, names_erased=erased)

    def _land_trying_again(self, file: LandingFile) -> _Landed:
        for wait in WAITS:
            try:
                return self._land(file)
            except psycopg.OperationalError:
                # Closed by the other side; what a server refuses while it listens stands.
                if not self._connection.closed:
                    raise
                time.sleep(wait)
        return self._land(file)

    def _land(self, file: LandingFile) -> _Landed:
        connection = self.connection
        with register.one_of_length(connection, file.size):
            landed = register.landed_as(connection, file.size, file.digest)
            if landed is not None:
                return self._landed_before(landed)
            schema.ensure_partitions(connection)
            while True:
                try:
                    return self._attempt_both_ways(file)
                except ErasedMeanwhileError:
                    # Again, without them.
                    continue

    def _attempt_both_ways(self, file: LandingFile) -> _Landed:
        try:
            return self._attempt(file, checked=False)
        except ValueRefusedError:
            return self._attempt(file, checked=True)

    def _landed_before(self, load_id: int) -> _Landed:
        # Where the connection was lost in the moment of the commit, it was this very load.
        if self._published is not None and self._published.load_id == load_id:
            return self._published
        return _Landed(Status.ALREADY_LANDED, load_id, Counts())

    def _attempt(self, file: LandingFile, *, checked: bool) -> _Landed:
        connection = self._connection
        with connection.transaction():
            load = register.begin(connection)
            sorter = Sorter(self.rows_of(load), Judge(load.landed_at), erased=load.erased)
            blocks = self._sorted(file, sorter)
            if checked:
                counts = copying.copy_checked(connection, load, blocks, sorter)
            else:
                counts = copying.copy(connection, load, blocks, self.spool)
            register.publish(connection, load, file.digest(), file.name, file.size)
            register.finish(connection, load, counts)
            self._published = _Landed(Status.LANDED, load.load_id, counts)
        return self._published

    def rows_of(self, load: Load) -> RowWriter:
        """Begin the rows of a load; they are sealed where there is a key."""
        return row_writer(load, self._sealer)

    def _sorted(self, file: LandingFile, sorter: Sorter) -> Iterator[Sorted]:
        read = 0
        for block in file.blocks():
            rows = sorter.sort(block)
            read += rows.counts.records_read
            yield rows
            self._progress(Progress(file.name, read, file.bytes_read, file.size))


def outcome(
    path: str,
    status: Status,
    load_id: int | None,
    counts: Counts,
    started: float,
    reason: str | None = None,
) -> FileOutcome:
    """Say what became of a file.

    Args:
        path: The file.
        status: Its fate.
        load_id: The load its content landed in.
        counts: What became of its records now.
        started: When its load began, by `time.monotonic`.
        reason: Why it did not land.
    """
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
