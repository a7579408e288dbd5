"""Is this record legal: the text of a record to its verdict.

What flows through: bytes of one record in; an `Event`, an `Entity`, a `Reject` with its reason, or
the parts of a batch out. What is kept of a legal record is its original JSON text, never a
re-serialised one. A clean event takes one decoding call, one with keys of its own two more; all
others go the careful way.
Belongs here: every structural rule of a record, and what PostgreSQL cannot hold. Pure.
Does not belong here: whether an event fits the catalogue (the models say so), files, databases.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Annotated

import msgspec
from msgspec import Meta, Raw

from loaders.reading.splitting import LONGEST_RECORD_BYTES
from loaders.records import envelope, storable
from loaders.records.envelope import LONGEST_ID, Members
from loaders.records.storable import IllegalError
from loaders.records.timestamps import parse_timestamp, usual_timestamp

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
ALLOWED_AHEAD = timedelta(hours=24)
ENTITY_TYPES = ("user", "experiment", "community")
# Every reason a record can be rejected for.
REASONS = (
    "not_utf8",
    "not_json",
    "not_an_object",
    "unknown_kind",
    "missing_key",
    "empty_key",
    "wrong_type",
    "id_too_long",
    "bad_timestamp",
    "timestamp_too_early",
    "timestamp_too_late",
    "unstorable_text",
    "unknown_entity_type",
    "unstorable_number",
    "too_deep",
    "too_large",
    "erased",
)
ENTITY_KEYS = frozenset(("entityType", "entityId", "updatedAt", "data"))
# The quickest look at a byte that keeps its buffer as it is.
_first_byte = Struct("c").unpack_from
_BRACE = (b"{",)
_EMPTY_OBJECT = Raw(b"{}")


class JsonText(bytes):
    """JSON kept as it was written. No JSON decodes to it, so no record fills a field of it."""


NO_JSON = JsonText()


class Event(msgspec.Struct, forbid_unknown_fields=True, gc=False, rename="camel"):
    """A legal event record; texts are the record's own, timestamps fit for PostgreSQL.

    Attributes:
        user_id: None or empty where anonymous; `session_id` likewise.
        data: JSON text of an object; `metadata` likewise.
        other: JSON text of an object with the keys the envelope does not know, or empty.
    """

    event_id: Annotated[str, Meta(min_length=1, max_length=LONGEST_ID)]
    event_name: Annotated[str, Meta(min_length=1)]
    timestamp: str
    user_id: Annotated[str, Meta(max_length=LONGEST_ID)] | None = None
    session_id: Annotated[str, Meta(max_length=LONGEST_ID)] | None = None
    client_timestamp: str | None = None
    received_at: str | None = None
    data: Raw = _EMPTY_OBJECT
    metadata: Raw = _EMPTY_OBJECT
    other: JsonText = NO_JSON


class _EventWithOthers(Event, forbid_unknown_fields=False):
    """The same of a record with other keys, which decoding passes over."""


EVENT_KEYS = frozenset(field.encode_name for field in msgspec.structs.fields(Event)) - {"other"}
# With these the quick way gives up: what is wrong, or only unusual, the careful way finds out.
_NOT_QUICKLY = (msgspec.MsgspecError, IllegalError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Entity:
    """A legal snapshot of something the application database owns."""

    entity_type: str
    entity_id: str
    updated_at: str
    data: Raw
    other: JsonText


@dataclass(frozen=True, slots=True)
class Reject:
    """Why a record is not legal.

    Attributes:
        reason: One of `REASONS`.
        detail: A sentence for people.
    """

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The records of one `{"events": [...]}` batch: offset in its text, and text, of each.

    What else stands beside `events` belongs to the transport, not to a record, and is not kept.
    """

    records: list[tuple[int, bytes]]


Verdict = Event | Entity | Reject | Parts


class Judge:
    """Gives records their verdicts, as of the time of one load."""

    def __init__(self, load_time: datetime) -> None:
        """Fix the latest acceptable timestamp.

        Args:
            load_time: With a time zone.
        """
        self._latest = load_time.astimezone(UTC) + ALLOWED_AHEAD
        # Compared as text with usual timestamps: anything less is earlier, to the second.
        self._latest_second = f"{self._latest:%Y-%m-%dT%H:%M:%S}"
        self._decode = msgspec.json.Decoder(Event).decode
        self._decode_with_others = msgspec.json.Decoder(_EventWithOthers).decode
        # A record is likely to be like the last one; this only decides what is tried first.
        self._had_others = False

    def judge(self, text: bytes) -> Verdict:
        """Give the verdict on one record.

        Args:
            text: The record, anything at all but blank.

        Returns:
            Its verdict.
        """
        if len(text) <= LONGEST_RECORD_BYTES and storable.is_unremarkable(text):
            return self.judge_unremarkable(text)
        return self._judge_carefully(text)

    def judge_unremarkable(self, text: bytes) -> Verdict:
        """Give the verdict on a record that is known to be unremarkable (`storable`).

        Args:
            text: The record.

        Returns:
            Its verdict.
        """
        try:
            if not self._had_others and self._settles(event := self._decode(text)):
                return event
        except _NOT_QUICKLY:
            pass
        return self._judge_with_others(text) or self._judge_carefully(text, storable_for_sure=True)

    def judge_part(self, text: bytes) -> Event | Entity | Reject:
        """Give the verdict on one record of a batch: a batch in a batch is no record."""
        verdict = self.judge(text)
        if isinstance(verdict, Parts):
            return Reject("unknown_kind", "a batch inside a batch")
        return verdict

    def too_large(self) -> Reject:
        """Give the verdict on a record of which only the beginning was kept."""
        return Reject("too_large", f"longer than {LONGEST_RECORD_BYTES} bytes")

    def _judge_with_others(self, text: bytes) -> Event | None:
        try:
            if self._settles(event := self._decode_with_others(text)):
                event.other = JsonText(envelope.others(envelope.members(text), EVENT_KEYS))
                self._had_others = bool(event.other)
                return event
        except _NOT_QUICKLY:
            pass
        return None

    def _settles(self, event: Event) -> bool:
        """Check what decoding does not, and put timestamps in a form that PostgreSQL reads."""
        if not (event.timestamp < self._latest_second and usual_timestamp(event.timestamp)):
            event.timestamp = self._instant(event.timestamp, "timestamp")
        if event.client_timestamp is not None:
            event.client_timestamp = self._settled(event.client_timestamp, "clientTimestamp")
        if event.received_at is not None:
            event.received_at = self._settled(event.received_at, "receivedAt")
        return _first_byte(event.data) == _BRACE == _first_byte(event.metadata)

    def _settled(self, timestamp: str, key: str) -> str:
        is_usual = timestamp < self._latest_second and usual_timestamp(timestamp)
        return timestamp if is_usual else self._instant(timestamp, key)

    def _judge_carefully(self, text: bytes, *, storable_for_sure: bool = False) -> Verdict:
        if len(text) > LONGEST_RECORD_BYTES:
            return self.too_large()
        try:
            members = envelope.members(text)
            is_event = _has_any(members, "eventId", "eventName")
            is_entity = not is_event and _has_any(members, "entityType", "entityId")
            if not is_event and not is_entity:
                parts = envelope.parts(text, members)
                if parts is not None:
                    return Parts(parts)
            if not storable_for_sure:
                storable.check(text)
            if is_event:
                return self._event(members)
            if is_entity:
                return self._entity(members)
        except IllegalError as error:
            return Reject(error.reason, error.detail)
        return Reject("unknown_kind", "no eventId, eventName, entityType, entityId or list events")

    def _event(self, members: Members) -> Event:
        return Event(
            event_id=envelope.required_id(members, "eventId"),
            event_name=envelope.required_string(members, "eventName"),
            user_id=envelope.optional_id(members, "userId"),
            session_id=envelope.optional_id(members, "sessionId"),
            timestamp=self._instant(envelope.required_string(members, "timestamp"), "timestamp"),
            data=envelope.json_object(members, "data") or _EMPTY_OBJECT,
            metadata=envelope.json_object(members, "metadata") or _EMPTY_OBJECT,
            client_timestamp=self._optional_instant(members, "clientTimestamp"),
            received_at=self._optional_instant(members, "receivedAt"),
            other=JsonText(envelope.others(members, EVENT_KEYS)),
        )

    def _entity(self, members: Members) -> Entity:
        entity_type = envelope.required_string(members, "entityType")
        if entity_type not in ENTITY_TYPES:
            raise IllegalError(
                "unknown_entity_type", f"entityType is none of {', '.join(ENTITY_TYPES)}"
            )
        entity_id = envelope.required_id(members, "entityId")
        updated_at = self._instant(envelope.required_string(members, "updatedAt"), "updatedAt")
        data = envelope.json_object(members, "data")
        if data is None:
            raise IllegalError("missing_key", "data is missing")
        other = JsonText(envelope.others(members, ENTITY_KEYS))
        return Entity(entity_type, entity_id, updated_at, data, other)

    def _optional_instant(self, members: Members, key: str) -> str | None:
        value = envelope.string(members, key)
        return None if value is None else self._instant(value, key)

    def _instant(self, value: str, key: str) -> str:
        try:
            instant = parse_timestamp(value)
        except ValueError as error:
            raise IllegalError("bad_timestamp", f"{key} is {error}") from error
        if instant < EARLIEST:
            raise IllegalError("timestamp_too_early", f"{key} is before {EARLIEST:%Y-%m-%d}")
        if instant > self._latest:
            raise IllegalError("timestamp_too_late", f"{key} is more than 24 h after the load")
        return instant.isoformat()


def _has_any(members: Members, *keys: str) -> bool:
    return any(envelope.is_present(members, key) for key in keys)
