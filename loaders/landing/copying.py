"""Rows of one load into their three tables, by COPY.

What flows through: rows, block by block, in; what was copied out.
Belongs here: the order of the three COPYs, and the safety net for values PostgreSQL does not take.
Does not belong here: the transaction around them (`register`), the format of a row (`rows`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

from loaders.landing import schema
from loaders.loads import Counts, Load
from loaders.records import rows as row_format
from loaders.records.sorting import Sorted, Sorter
from loaders.records.validation import Reject

Connection = psycopg.Connection[Any]

# Rows of entities and rejects wait here, in memory up to this size, while events are being copied:
# a connection runs one COPY at a time.
_Spool = tempfile.SpooledTemporaryFile
SPOOL_BYTES = 4 * 1024 * 1024
COPY_BYTES = 256 * 1024
# SQLSTATE classes with which PostgreSQL refuses a value, and the reason of the rejected record.
_VALUE_REFUSED = ("22", "54")
_REASONS = {"22003": "unstorable_number", "54001": "too_deep"}


class ValueRefusedError(Exception):
    """PostgreSQL did not take a value that the validation let pass; nothing has landed."""


def copy(connection: Connection, load: Load, blocks: Iterable[Sorted], spool: Path) -> Counts:
    """Copy rows of a load.

    Args:
        connection: Inside the load's transaction.
        load: The load.
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
            with _copying(connection, load, "events") as write:
                for rows in blocks:
                    write(b"".join(rows.events))
                    entities.writelines(rows.entities)
                    rejected.writelines(rows.rejected)
                    counts += rows.counts
            if counts.entities_landed:
                _copy_file(connection, load, "entities", entities)
            if counts.records_rejected:
                _copy_file(connection, load, "rejected_records", rejected)
        except psycopg.Error as error:
            if _refuses_a_value(error):
                raise ValueRefusedError(str(error)) from error
            raise
    return counts


def copy_checked(
    connection: Connection, load: Load, blocks: Iterable[Sorted], sorter: Sorter
) -> Counts:
    """Copy rows of a load, rejecting what PostgreSQL does not take.

    The safety net below the validation, for a file of which `copy` failed: each block is copied
    under a savepoint, and a block that fails is halved until the record is found.

    Args:
        connection: Inside the load's transaction.
        load: The load.
        blocks: The rows, block by block.
        sorter: Whose rows they are.

    Returns:
        What was copied.
    """
    counts = Counts()
    for rows in blocks:
        refused = copy_taken(connection, load, "events", rows.events)
        refused |= copy_taken(connection, load, "entities", rows.entities)
        settled = sorter.sort_again(rows, refused) if refused else rows
        copy_rows(connection, load, "rejected_records", settled.rejected)
        counts += settled.counts
    return counts


def copy_taken(
    connection: Connection, load: Load, table: str, rows: Sequence[bytes]
) -> dict[int, Reject]:
    """Copy rows but for those whose values PostgreSQL does not take.

    Args:
        connection: Inside a transaction.
        load: The load.
        table: A table of schema raw.
        rows: Its rows.

    Returns:
        The verdict of PostgreSQL on each row it refused, by record number.
    """
    try:
        with connection.transaction():
            copy_rows(connection, load, table, rows)
    except psycopg.Error as error:
        if not _refuses_a_value(error):
            raise
        if len(rows) == 1:
            reason = _REASONS.get(error.sqlstate or "", "unstorable_text")
            detail = f"PostgreSQL: {error.diag.message_primary}"
            return {row_format.number_of(rows[0]): Reject(reason, detail)}
    else:
        return {}
    half = len(rows) // 2
    first = copy_taken(connection, load, table, rows[:half])
    return first | copy_taken(connection, load, table, rows[half:])


def copy_rows(connection: Connection, load: Load, table: str, rows: Sequence[bytes]) -> None:
    """Copy rows into a table of schema raw, all of them or none."""
    if rows:
        with _copying(connection, load, table) as write:
            write(b"".join(rows))


def _copy_file(connection: Connection, load: Load, table: str, file: IO[bytes]) -> None:
    file.seek(0)
    with _copying(connection, load, table) as write:
        while data := file.read(COPY_BYTES):
            write(data)


@contextmanager
def _copying(connection: Connection, load: Load, table: str) -> Iterator[Callable[[bytes], None]]:
    # Straight into the partition, for all rows of a load lie in one; the encoding is named because
    # the session's may be another.
    statement = sql.SQL("copy {} ({}) from stdin (format binary, encoding 'utf8')").format(
        sql.Identifier("raw", schema.partition_name(table, load.month)),
        sql.SQL(", ").join(map(sql.Identifier, row_format.COLUMNS[table])),
    )
    with connection.cursor().copy(statement) as stream:
        stream.write(row_format.HEADER)
        yield stream.write
        stream.write(row_format.TRAILER)


def _refuses_a_value(error: psycopg.Error) -> bool:
    return (error.sqlstate or "").startswith(_VALUE_REFUSED)
