"""Files to events, entities and rejects: the oracle's own reading of a landing file.

What flows through: bytes of landing files, in the order the files are given, then in the order
of their records. Belongs here: what is a record, and whether it is legal. Does not belong here:
whether an event is valid, or the first of its duplicates.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from .timestamps import parse_timestamp

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
ALLOWED_AHEAD = timedelta(hours=24)
LONGEST_ID = 200
GZIP_MAGIC = b"\x1f\x8b"
ENTITY_TYPES = ("user", "experiment", "community")
# What PostgreSQL's numeric, and so jsonb, can hold: digits before and after the point.
DIGITS_BEFORE_POINT = 131_072
DIGITS_AFTER_POINT = 16_383

UNSTORABLE = re.compile("[\\0\\ud800-\\udfff]")


@dataclass(frozen=True, slots=True)
class Event:
    """One legal event record; `user` and `session` are the source's own ids, or None."""

    ref: str
    name: str
    user: str | None
    session: str | None
    at: datetime
    data: dict[str, Any]
    metadata: dict[str, Any]

    @property
    def order(self) -> tuple[datetime, bytes]:
        """What "earliest" and "latest" order by."""
        return self.at, self.ref.encode()


@dataclass(frozen=True, slots=True)
class Entity:
    """One legal entity snapshot."""

    type: str
    ref: str
    updated_at: datetime
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rejected:
    """One record that did not land: where it stood and why."""

    file: str
    number: int
    reason: str


class IllegalRecordError(Exception):
    """The record is to be rejected; the message is the reason code."""


def read_records(
    paths: Sequence[str | Path], loaded_at: datetime | None = None
) -> tuple[list[Event], list[Entity], list[Rejected]]:
    """Read landing files in the given order.

    Args:
        paths: files, plain or gzipped; one whose bytes were read already is passed over.
        loaded_at: the instant the 24 h into the future are counted from; now when None.

    Returns:
        Events and entities in landing order, and what was rejected.
    """
    latest = (loaded_at or datetime.now(UTC)) + ALLOWED_AHEAD
    events: list[Event] = []
    entities: list[Entity] = []
    rejected: list[Rejected] = []
    seen: set[bytes] = set()
    for path in map(Path, paths):
        content = path.read_bytes()
        digest = hashlib.sha256(content).digest()
        if digest in seen:
            continue
        seen.add(digest)
        if content.startswith(GZIP_MAGIC):
            content = gzip.decompress(content)
        for number, record in enumerate(_records(content), start=1):
            try:
                landed = _landed(record, latest)
            except IllegalRecordError as why:
                rejected.append(Rejected(path.name, number, str(why)))
            else:
                events.append(landed) if isinstance(landed, Event) else entities.append(landed)
    return events, entities, rejected


def _records(content: bytes) -> Iterator[Any]:
    """Each record of a file as its JSON value, or as the IllegalRecordError that it is."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    if content.lstrip()[:1] == b"[":
        array = _parsed(content)
        if not isinstance(array, IllegalRecordError):
            yield from array
            return
        # Not one array after all: lines, the first of which begins like an array.
    for line in content.split(b"\n"):
        if line.strip():
            value = _parsed(line)
            yield from value["events"] if _is_batch(value) else [value]


def _is_batch(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and not _has_any(value, "eventId", "eventName", "entityType", "entityId")
        and isinstance(value.get("events"), list)
    )


def _parsed(content: bytes) -> Any:
    try:
        text = content.decode("utf-8")
        return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_constant)
    except UnicodeDecodeError:
        return IllegalRecordError("not_utf8")
    except RecursionError:
        return IllegalRecordError("too_deep")
    except ValueError:
        return IllegalRecordError("not_json")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _landed(record: Any, latest: datetime) -> Event | Entity:
    if isinstance(record, IllegalRecordError):
        raise record
    if not isinstance(record, dict):
        raise IllegalRecordError("not_an_object")
    _must_be_storable(record)
    if _has_any(record, "eventId", "eventName"):
        return _event(record, latest)
    if _has_any(record, "entityType", "entityId"):
        return _entity(record, latest)
    raise IllegalRecordError("unknown_kind")


def _has_any(record: dict[str, Any], *keys: str) -> bool:
    return any(record.get(key) is not None for key in keys)


def _event(record: dict[str, Any], latest: datetime) -> Event:
    event = Event(
        ref=_id(_required(record, "eventId")),
        name=_required(record, "eventName"),
        user=_optional_id(record, "userId"),
        session=_optional_id(record, "sessionId"),
        at=_instant(_required(record, "timestamp"), latest),
        data=_object(record, "data"),
        metadata=_object(record, "metadata"),
    )
    for key in ("clientTimestamp", "receivedAt"):
        value = record.get(key)
        if value is not None:
            _instant(value, latest)
    return event


def _entity(record: dict[str, Any], latest: datetime) -> Entity:
    if record.get("data") is None:
        raise IllegalRecordError("missing_key")
    entity = Entity(
        type=_required(record, "entityType"),
        ref=_id(_required(record, "entityId")),
        updated_at=_instant(_required(record, "updatedAt"), latest),
        data=_object(record, "data"),
    )
    if entity.type not in ENTITY_TYPES:
        raise IllegalRecordError("unknown_entity_type")
    return entity


def _required(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    if value is None:
        raise IllegalRecordError("missing_key")
    if not isinstance(value, str):
        raise IllegalRecordError("wrong_type")
    if not value:
        raise IllegalRecordError("empty_key")
    return value


def _id(value: str) -> str:
    if len(value) > LONGEST_ID:
        raise IllegalRecordError("id_too_long")
    return value


def _optional_id(record: dict[str, Any], key: str) -> str | None:
    value = record.get(key)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise IllegalRecordError("wrong_type")
    return _id(value)


def _instant(value: Any, latest: datetime) -> datetime:
    if not isinstance(value, str):
        raise IllegalRecordError("wrong_type")
    try:
        instant = parse_timestamp(value)
    except ValueError as error:
        raise IllegalRecordError("bad_timestamp") from error
    if instant < EARLIEST:
        raise IllegalRecordError("timestamp_too_early")
    if instant > latest:
        raise IllegalRecordError("timestamp_too_late")
    return instant


def _object(record: dict[str, Any], key: str) -> dict[str, Any]:
    value = record.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise IllegalRecordError("wrong_type")
    return value


def _must_be_storable(value: Any) -> None:
    """Raise IllegalRecordError for text or numbers that PostgreSQL's jsonb cannot hold."""
    if isinstance(value, dict):
        _must_be_storable([*value.keys(), *value.values()])
    elif isinstance(value, list):
        for inner in value:
            _must_be_storable(inner)
    elif isinstance(value, str) and UNSTORABLE.search(value):
        raise IllegalRecordError("unstorable_text")
    elif isinstance(value, Decimal) and not _fits_numeric(value):
        raise IllegalRecordError("unstorable_number")


def _fits_numeric(value: Decimal) -> bool:
    after_point = -int(value.as_tuple().exponent)
    return value.adjusted() < DIGITS_BEFORE_POINT and after_point <= DIGITS_AFTER_POINT
