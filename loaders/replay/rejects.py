"""Rejected records, read back from schema raw.

What flows through: a connection in; how many stand rejected for which reason, the records of one
reason, or those of one load, out. A reject is open, which is to say that it stands, until its load
is replayed.
Belongs here: reading them. Does not belong here: trying them again (`replaying`), words for people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

Connection = psycopg.Connection[Any]

# Read at a time: each may be as long as what is kept of a record.
PAGE_RECORDS = 200

_BY_REASON = """
    select distinct on (reason)
        reason,
        count(*) over (partition by reason) as records,
        landed_at as newest,
        file_name,
        line_number
    from raw.open_rejects
    order by reason, landed_at desc, load_id desc, record_number
"""
_OF_REASON = """
    select
        load_id, record_number, file_name, line_number, byte_offset, reason, detail,
        record, record_bytes, landed_at
    from raw.open_rejects
    where reason = %s
    order by landed_at desc, load_id desc, record_number
    limit %s
"""
_OF_LOAD = """
    select
        load_id, record_number, line_number, byte_offset, reason, detail, record, record_bytes
    from raw.rejected_records
    where load_id = %s and record_number > %s
    order by record_number
    limit %s
"""
_STANDING = """
    select count(*), count(*) filter (where octet_length(record) < record_bytes)
    from raw.open_rejects
"""


@dataclass(frozen=True)
class Rejected:
    """One rejected record.

    Attributes:
        load_id: The load that rejected it.
        record_number: Its position in its file, from 1.
        line_number: Line of the file on which it begins, from 1.
        byte_offset: Where it begins, in bytes from the start of the decompressed file.
        reason: One of `validation.REASONS`.
        detail: The reason in words.
        record: Its bytes, or as many of the first ones as were kept.
        record_bytes: How many there were.
    """

    load_id: int
    record_number: int
    line_number: int
    byte_offset: int
    reason: str
    detail: str
    record: bytes
    record_bytes: int

    @property
    def is_whole(self) -> bool:
        """Whether all of its bytes were kept, without which it cannot be tried again."""
        return len(self.record) == self.record_bytes


@dataclass(frozen=True)
class OpenReject(Rejected):
    """One record that stands rejected.

    Attributes:
        file_name: Path of its file, as it was given.
        landed_at: When the load began that rejected it last.
    """

    file_name: str
    landed_at: datetime


@dataclass(frozen=True)
class OpenReason:
    """What stands rejected for one reason.

    Attributes:
        reason: The reason.
        records: How many records.
        newest: When the last of them was rejected.
        file_name: File of one of the newest; `line_number` is its line.
    """

    reason: str
    records: int
    newest: datetime
    file_name: str
    line_number: int


def open_by_reason(connection: Connection) -> list[OpenReason]:
    """Count what stands rejected, the most frequent reason first."""
    with connection.cursor(row_factory=class_row(OpenReason)) as cursor:
        found = cursor.execute(_BY_REASON).fetchall()
    return sorted(found, key=lambda one: (-one.records, one.reason))


def open_of_reason(connection: Connection, reason: str, limit: int) -> Iterator[OpenReject]:
    """Read what stands rejected for one reason, the newest load first, a page at a time.

    Args:
        connection: Inside or outside a transaction.
        reason: The reason.
        limit: At most so many records.

    Yields:
        Records.
    """
    with (
        connection.transaction(),
        connection.cursor("open_of_reason", row_factory=class_row(OpenReject)) as cursor,
    ):
        cursor.itersize = PAGE_RECORDS
        yield from cursor.execute(_OF_REASON, (reason, limit))


def standing(connection: Connection) -> tuple[int, int]:
    """Count what stands rejected, and what of it cannot be tried again as it was not kept whole."""
    row = connection.execute(_STANDING).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def pages_of_load(connection: Connection, load_id: int) -> Iterator[list[Rejected]]:
    """Read what one load rejected, replayed or not.

    Args:
        connection: Inside or outside a transaction.
        load_id: The load.

    Yields:
        Records in the order of their numbers, some at a time.
    """
    after = 0
    with connection.cursor(row_factory=class_row(Rejected)) as cursor:
        while page := cursor.execute(_OF_LOAD, (load_id, after, PAGE_RECORDS)).fetchall():
            yield page
            after = page[-1].record_number
