"""Verdicts to rows of PostgreSQL's COPY text format.

What flows through: a verdict in, one row as bytes out. JSON text goes through unparsed.
Belongs here: the order of columns and the escaping. Does not belong here: sending (`landing`).
"""

from __future__ import annotations

from typing import Final

from loaders.splitting import KEPT_BYTES
from loaders.validation import Entity, Event, Reject

# landed_at is left to its default, now(): the beginning of the load's transaction.
COLUMNS: Final = {
    "events": (
        "load_id",
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
        "record_number",
        "entity_type",
        "entity_id",
        "updated_at",
        "data",
        "other",
    ),
    "rejected_records": (
        "load_id",
        "record_number",
        "line_number",
        "byte_offset",
        "reason",
        "detail",
        "record",
        "record_bytes",
    ),
}
_NONE = "\\N"
_NULL = _NONE.encode()


def needs_escaping(text: bytes) -> bool:
    """Tell whether a record holds what COPY takes for its own; the end of its line does not."""
    return b"\\" in text or b"\t" in text or b"\n" in text or b"\r" in text[:-1]


def event_row(load_id: int, number: int, event: Event, *, escape: bool) -> bytes:
    """Write a row of raw.events.

    Args:
        load_id: Its load.
        number: Its record number.
        event: The event.
        escape: Whether its record needs escaping; if not, no part of it does.

    Returns:
        The row with its newline.
    """
    if escape or event.other:
        return _event_row_escaped(load_id, number, event)
    head = (
        f"{load_id}\t{number}\t{event.event_id}\t{event.event_name}\t{event.user_id or _NONE}\t"
        f"{event.session_id or _NONE}\t{event.timestamp}\t{event.client_timestamp or _NONE}\t"
        f"{event.received_at or _NONE}\t"
    )
    return b"".join((head.encode(), event.data, b"\t", event.metadata, b"\t\\N\n"))


def _event_row_escaped(load_id: int, number: int, event: Event) -> bytes:
    return _row(
        b"%d" % load_id,
        b"%d" % number,
        _text(event.event_id),
        _text(event.event_name),
        _text(event.user_id),
        _text(event.session_id),
        _text(event.timestamp),
        _text(event.client_timestamp),
        _text(event.received_at),
        _escape(bytes(event.data)),
        _escape(bytes(event.metadata)),
        _escape(event.other) if event.other else _NULL,
    )


def entity_row(load_id: int, number: int, entity: Entity) -> bytes:
    """Write a row of raw.entities, with its newline."""
    return _row(
        b"%d" % load_id,
        b"%d" % number,
        _text(entity.entity_type),
        _text(entity.entity_id),
        _text(entity.updated_at),
        _escape(bytes(entity.data)),
        _escape(entity.other) if entity.other else _NULL,
    )


def reject_row(
    load_id: int, number: int, place: tuple[int, int], reject: Reject, text: bytes, length: int
) -> bytes:
    """Write a row of raw.rejected_records.

    Args:
        load_id: Its load.
        number: Its record number.
        place: Line number, byte offset.
        reject: Why.
        text: The record, or its beginning.
        length: Bytes of the whole record.

    Returns:
        The row with its newline.
    """
    return _row(
        b"%d" % load_id,
        b"%d" % number,
        b"%d" % place[0],
        b"%d" % place[1],
        _text(reject.reason),
        # Words of a library; whatever it quotes, they must be storable.
        _text(reject.detail.replace("\0", "").encode("utf-8", "backslashreplace").decode()),
        rb"\\x" + text[:KEPT_BYTES].hex().encode(),
        b"%d" % length,
    )


def number_of(row: bytes) -> int:
    """Read the record number back from a row."""
    return int(row.split(b"\t", 2)[1])


def _row(*columns: bytes) -> bytes:
    return b"\t".join(columns) + b"\n"


def _text(value: str | None) -> bytes:
    return _escape(value.encode()) if value else _NULL


def _escape(value: bytes) -> bytes:
    escaped = value.replace(b"\\", b"\\\\").replace(b"\t", b"\\t")
    return escaped.replace(b"\n", b"\\n").replace(b"\r", b"\\r")
