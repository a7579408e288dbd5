"""Rows of one load into their three tables, by COPY.

What flows through: rows in COPY text format, block by block, in; what was copied out.
Belongs here: the order of the three COPYs, and the safety net for values PostgreSQL does not take.
Does not belong here: the transaction around them (`landing`), the format of a row (`copy_text`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

from loaders import copy_text
from loaders.sorting import Sorted, Sorter
from loaders.validation import Reject

Connection = psycopg.Connection[Any]

# Rows of entities and rejects wait here, in memory up to this size, while events are being copied:
# a connection runs one COPY at a time.
_Spool = tempfile.SpooledTemporaryFile
SPOOL_BYTES = 4 * 1024 * 1024
COPY_BYTES = 256 * 1024
# SQLSTATE classes with which PostgreSQL refuses a value, and the reason of the rejected record.
_VALUE_REFUSED = ("22", "54")
_REASONS = {"22003": "unstorable_number", "54001": "too_deep"}


@dataclass(frozen=True)
class Counts:
    """What became of the records of one load."""

    events_landed: int = 0
    entities_landed: int = 0
    records_rejected: int = 0

    @property
    def records_read(self) -> int:
        """Every record is one of the three."""
        return self.events_landed + self.entities_landed + self.records_rejected

    def plus(self, rows: Sorted) -> Counts:
        """Add the rows of one block."""
        return Counts(
            self.events_landed + len(rows.events),
            self.entities_landed + len(rows.entities),
            self.records_rejected + len(rows.rejected),
        )


class ValueRefusedError(Exception):
    """PostgreSQL did not take a value that the validation let pass; nothing has landed."""


def copy(connection: Connection, blocks: Iterable[Sorted], spool: Path) -> Counts:
    """Copy all rows of a load.

    Args:
        connection: Inside the load's transaction.
        blocks: The rows, block by block.
        spool: An existing folder for what does not fit in memory.

    Returns:
        What was copied.

    Raises:
        ValueRefusedError: PostgreSQL did not take a value. The transaction is lost.
    """
    counts = Counts()
    with (
        _Spool(SPOOL_BYTES, dir=str(spool)) as entities,
        _Spool(SPOOL_BYTES, dir=str(spool)) as rejected,
    ):
        try:
            with connection.cursor().copy(_copy_statement("events")) as stream:
                for rows in blocks:
                    stream.write(b"".join(rows.events))
                    entities.writelines(rows.entities)
                    rejected.writelines(rows.rejected)
                    counts = counts.plus(rows)
            _copy_file(connection, "entities", entities)
            _copy_file(connection, "rejected_records", rejected)
        except psycopg.Error as error:
            if _refuses_a_value(error):
                raise ValueRefusedError(str(error)) from error
            raise
    return counts


def copy_checked(connection: Connection, blocks: Iterable[Sorted], sorter: Sorter) -> Counts:
    """Copy all rows of a load, rejecting what PostgreSQL does not take.

    The safety net below the validation, for a file of which `copy` failed: each block is copied
    under a savepoint, and a block that fails is halved until the record is found.

    Args:
        connection: Inside the load's transaction.
        blocks: The rows, block by block.
        sorter: Whose rows they are.

    Returns:
        What was copied.
    """
    counts = Counts()
    for rows in blocks:
        refused = _copy_halving(connection, "events", rows.events)
        refused |= _copy_halving(connection, "entities", rows.entities)
        settled = sorter.sort_again(rows, refused) if refused else rows
        _copy_rows(connection, "rejected_records", settled.rejected)
        counts = counts.plus(settled)
    return counts


def _copy_halving(connection: Connection, table: str, rows: Sequence[bytes]) -> dict[int, Reject]:
    """Copy rows but for those PostgreSQL refuses; give these, by record number."""
    try:
        with connection.transaction():
            _copy_rows(connection, table, rows)
    except psycopg.Error as error:
        if not _refuses_a_value(error):
            raise
        if len(rows) == 1:
            reason = _REASONS.get(error.sqlstate or "", "unstorable_text")
            detail = f"PostgreSQL: {error.diag.message_primary}"
            return {copy_text.number_of(rows[0]): Reject(reason, detail)}
    else:
        return {}
    half = len(rows) // 2
    return _copy_halving(connection, table, rows[:half]) | _copy_halving(
        connection, table, rows[half:]
    )


def _copy_rows(connection: Connection, table: str, rows: Sequence[bytes]) -> None:
    if rows:
        with connection.cursor().copy(_copy_statement(table)) as stream:
            stream.write(b"".join(rows))


def _copy_file(connection: Connection, table: str, file: IO[bytes]) -> None:
    file.seek(0)
    with connection.cursor().copy(_copy_statement(table)) as stream:
        while data := file.read(COPY_BYTES):
            stream.write(data)


def _copy_statement(table: str) -> sql.Composed:
    # The encoding is named: the session's may be another.
    return sql.SQL("copy {} ({}) from stdin (format text, encoding 'utf8')").format(
        sql.Identifier("raw", table),
        sql.SQL(", ").join(map(sql.Identifier, copy_text.COLUMNS[table])),
    )


def _refuses_a_value(error: psycopg.Error) -> bool:
    return (error.sqlstate or "").startswith(_VALUE_REFUSED)
