"""Verdicts to rows of PostgreSQL's binary COPY format.

What flows through: a verdict in, one row as bytes out. JSON text goes through unparsed.
Binary, because the server then neither looks for the ends of columns nor parses numbers and times:
a fifth less work for it, which one loader waits for (`benchmarks/`).
Belongs here: the order of columns and their encoding. Does not belong here: sending (`copying`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from struct import Struct
from typing import Final

from loaders.loads import Load
from loaders.reading.splitting import KEPT_BYTES
from loaders.records import erased
from loaders.records.validation import Entity, Event, Reject

# The first three are the same for each table and come as one piece.
COLUMNS: Final = {
    "events": (
        "load_id",
        "landed_at",
        "record_number",
        "event_id",
        "event_name",
        "user_id",
        "session_id",
        "timestamp",
        "client_timestamp",
        "received_at",
        "data",
        "metadata",
        "other",
    ),
    "entities": (
        "load_id",
        "landed_at",
        "record_number",
        "entity_type",
        "entity_id",
        "updated_at",
        "data",
        "other",
    ),
    "rejected_records": (
        "load_id",
        "landed_at",
        "record_number",
        "line_number",
        "byte_offset",
        "reason",
        "detail",
        "record",
        "record_bytes",
    ),
}
# What stands before the first row and after the last one.
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"

_JSONB_VERSION = b"\1"
_BIGINT_BYTES = 8
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_to_instant = datetime.fromisoformat
# A row: number of columns, then each column with its length before it.
_pack_length = Struct(">i").pack
_pack_bigint = Struct(">iq").pack
_pack_head = Struct(">hiqiq").pack
_pack_number = Struct(">iqi").pack
_NUMBER = Struct(">iq")
_HEAD_BYTES = Struct(">hiqiq").size
_NULL = _pack_length(-1)


# Lengths as they are written: those of ids, and nearly all others, ready made.
_LENGTHS = tuple(map(_pack_length, range(4096)))


class RowWriter:
    """Writes the rows of one load."""

    def __init__(self, load: Load) -> None:
        """Write down what all its rows begin with.

        Args:
            load: The load.
        """
        landed_at = microseconds(load.landed_at)
        self._heads = {
            table: _pack_head(len(columns), _BIGINT_BYTES, load.load_id, _BIGINT_BYTES, landed_at)
            for table, columns in COLUMNS.items()
        }
        self._event_head = self._heads["events"]

    def event(self, number: int, event: Event) -> bytes:
        """Write a row of raw.events.

        Args:
            number: Its record number.
            event: The event.
        """
        # Every event passes here: what could be a call of its own is spelt out, for a call costs
        # as much as what it does.
        event_id = event.event_id.encode()
        user = event.user_id.encode() if event.user_id else b""
        session = event.session_id.encode() if event.session_id else b""
        since = _to_instant(event.timestamp) - _EPOCH
        instant = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        data, metadata = event.data, event.metadata
        return b"".join(
            (
                self._event_head,
                _pack_number(_BIGINT_BYTES, number, len(event_id)),
                event_id,
                _name(event.event_name),
                _LENGTHS[len(user)] if user else _NULL,
                user,
                _LENGTHS[len(session)] if session else _NULL,
                session,
                _pack_bigint(_BIGINT_BYTES, instant),
                _instant(event.client_timestamp) if event.client_timestamp else _NULL,
                _instant(event.received_at) if event.received_at else _NULL,
                _length(len(data) + 1),
                _JSONB_VERSION,
                data,
                _length(len(metadata) + 1),
                _JSONB_VERSION,
                metadata,
                _jsonb(event.other) if event.other else _NULL,
            )
        )

    def entity(self, number: int, entity: Entity) -> bytes:
        """Write a row of raw.entities.

        Args:
            number: Its record number.
            entity: The entity.
        """
        return self._row(
            "entities",
            number,
            _text(entity.entity_type),
            _text(entity.entity_id),
            _instant(entity.updated_at),
            _jsonb(bytes(entity.data)),
            _jsonb(entity.other) if entity.other else _NULL,
        )

    def rejected(
        self, number: int, place: tuple[int, int], reject: Reject, text: bytes, length: int
    ) -> bytes:
        """Write a row of raw.rejected_records.

        Args:
            number: Its record number.
            place: Line number, byte offset.
            reject: Why.
            text: The record, or its beginning.
            length: Bytes of the whole record.
        """
        kept = b"" if reject.reason == erased.REASON else text[:KEPT_BYTES]
        # Words of a library; whatever it quotes, they must be storable.
        detail = reject.detail.replace("\0", "").encode("utf-8", "backslashreplace").decode()
        return self._row(
            "rejected_records",
            number,
            _pack_bigint(_BIGINT_BYTES, place[0]),
            _pack_bigint(_BIGINT_BYTES, place[1]),
            _text(reject.reason),
            _text(detail),
            _length(len(kept)) + kept,
            _pack_bigint(_BIGINT_BYTES, length),
        )

    def _row(self, table: str, number: int, *columns: bytes) -> bytes:
        return b"".join((self._heads[table], _pack_bigint(_BIGINT_BYTES, number), *columns))


def number_of(row: bytes) -> int:
    """Read the record number back from a row."""
    number: int = _NUMBER.unpack_from(row, _HEAD_BYTES)[1]
    return number


def microseconds(instant: datetime) -> int:
    """Count the microseconds from the beginning of 2000, in UTC: how PostgreSQL keeps instants."""
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _length(count: int) -> bytes:
    return _LENGTHS[count] if count < len(_LENGTHS) else _pack_length(count)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _length(len(encoded)) + encoded


# There are few names; a hostile file may hold many.
_name = lru_cache(maxsize=1024)(_text)


def _jsonb(value: bytes) -> bytes:
    return _length(len(value) + 1) + _JSONB_VERSION + value


def _instant(text: str) -> bytes:
    return _pack_bigint(_BIGINT_BYTES, microseconds(_to_instant(text)))
