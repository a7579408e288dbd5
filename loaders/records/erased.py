"""People who were erased: their records are left out, their names in those of others replaced.

What flows through: verdicts in, verdicts that hold no name of an erased person out. Pure.
Who they were is known by salted digests only. A user id is compared as a whole; what a text
mentions is looked up word by word, whatever its case.
Belongs here: digests, and what becomes of a record. Does not belong here: who is erased
(`privacy.people`), reading the digests (`landing.register`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import msgspec

from loaders.catalogue import load_catalogue
from loaders.records.validation import Entity, Event, JsonText, Reject

TOKEN = "erased"  # noqa: S105 - what stands where a name stood
REASON = "erased"
# A shorter name is one only where it is the whole text: "at" stands in too many sentences.
SHORTEST_WORD = 3
# Fields of entities that are the entity's own, or a word of the application.
OWN_FIELDS = {
    "user": {
        *("username", "email", "role", "createdAt"),
        *("timezone", "language", "countryCode", "registrationSource"),
    },
    "experiment": {
        *("startDate", "endDate", "status"),
        *("variants", "trafficAllocation", "targetMetrics"),
    },
    "community": {"createdAt"},
}

Replace = Callable[[str], str]

_WORD = re.compile(r"\w+(?:[@+.-]\w+)*")
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


@dataclass(frozen=True)
class Erased:
    """Everybody who was erased.

    Attributes:
        salt: Hashed with every name.
        digests: Of their names.
    """

    salt: bytes = b""
    digests: frozenset[bytes] = frozenset()

    def is_person(self, user_id: str | None) -> bool:
        """Tell whether a user id is one of theirs."""
        return bool(user_id) and digest_of_user(self.salt, user_id or "") in self.digests

    def replace(self, text: str) -> str:
        """Put the token where a text is one of their names, or mentions one."""
        if self._is_name(text):
            return TOKEN
        return _WORD.sub(lambda found: self._replaced_word(found[0]), text)

    def settle(self, verdict: Event | Entity | Reject, text: bytes) -> Event | Entity | Reject:
        """Give the verdict on a record anew, without erased people in it.

        Args:
            verdict: The verdict but for them.
            text: The record.

        Returns:
            A rejection for `REASON`, or the verdict with their names replaced; where there are
            none, the very verdict.
        """
        if not self.digests:
            return verdict
        if isinstance(verdict, Event):
            return self._event(verdict)
        if isinstance(verdict, Entity):
            return self._entity(verdict)
        told = text.decode("utf-8", "replace")
        return verdict if self.replace(told) == told else _LEFT_OUT

    def _event(self, event: Event) -> Event | Reject:
        if self.is_person(event.user_id):
            return _LEFT_OUT
        session = event.session_id and self.replace(event.session_id)
        texts = (bytes(event.data), bytes(event.metadata), bytes(event.other))
        data, metadata, other = (replaced_in_json(text, self.replace) for text in texts)
        if (session, data, metadata, other) == (event.session_id, *texts):
            return event
        return msgspec.structs.replace(
            event,
            session_id=session,
            data=msgspec.Raw(data),
            metadata=msgspec.Raw(metadata),
            other=JsonText(other),
        )

    def _entity(self, entity: Entity) -> Entity | Reject:
        if entity.entity_type == "user" and self.is_person(entity.entity_id):
            return _LEFT_OUT
        texts = (bytes(entity.data), bytes(entity.other))
        data = replaced_in_json(texts[0], self.replace, OWN_FIELDS[entity.entity_type])
        other = replaced_in_json(texts[1], self.replace)
        if (data, other) == texts:
            return entity
        return dataclasses.replace(entity, data=msgspec.Raw(data), other=JsonText(other))

    def _is_name(self, text: str) -> bool:
        return digest_of_name(self.salt, text) in self.digests or self.is_person(text)

    def _replaced_word(self, word: str) -> str:
        return TOKEN if len(word) >= SHORTEST_WORD and self._is_name(word) else word


NOBODY = Erased()
_LEFT_OUT = Reject(REASON, "")


def digest_of_user(salt: bytes, user_id: str) -> bytes:
    """Hash a user id; the two spellings of a UUID are one id."""
    try:
        spelled = str(UUID(user_id))
    except ValueError:
        spelled = user_id
    same = spelled == user_id.lower()
    return hashlib.sha256(salt + b"user:" + (spelled if same else user_id).encode()).digest()


def digest_of_name(salt: bytes, name: str) -> bytes:
    """Hash what a text may call somebody, in whatever case."""
    return hashlib.sha256(salt + b"name:" + name.casefold().encode()).digest()


def replaced_in_json(
    json_object: bytes, replace: Replace, own: Container[str] | None = None
) -> bytes:
    """Replace names in the texts of a JSON object; its numbers stay as they are written.

    Args:
        json_object: Its text, or nothing.
        replace: Replaces the names in a text, or gives it back.
        own: Keys to leave alone, as what they hold may read like a name and is none; those that
            the catalogue says hold nothing personal unless given.

    Returns:
        Its text, the very same where there is no name in it.
    """
    if len(json_object) <= len(b"{}"):
        return json_object
    kept = nameless_fields() if own is None else own
    members = {key: (key, bytes(value)) for key, value in _decode(json_object).items()}
    replaced = {
        key: member if key in kept else _member(*member, replace) for key, member in members.items()
    }
    if replaced == members:
        return json_object
    spelled = (msgspec.json.encode(key) + b":" + value for key, value in replaced.values())
    return b"{" + b",".join(spelled) + b"}"


@cache
def nameless_fields() -> frozenset[str]:
    """Give the keys of events that the catalogue says hold nothing personal, wherever they are."""
    catalogue = load_catalogue()
    fields = [
        *catalogue.envelope.metadata,
        *(field for event_type in catalogue.event_types for field in event_type.fields),
    ]
    personal = {field.name for field in fields if field.pii != "none"}
    return frozenset(field.name for field in fields) - personal


@cache
def _subjects() -> frozenset[str]:
    """Keys of events whose whole value is the key or name of somebody."""
    catalogue = load_catalogue()
    fields = (field for event_type in catalogue.event_types for field in event_type.fields)
    return frozenset(field.name for field in fields if field.subject)


def _member(key: str, value: bytes, replace: Replace) -> tuple[str, bytes]:
    if key in _subjects() and value.startswith(b'"'):
        # Another's id may contain an erased one; it must stay what it is.
        return key, msgspec.json.encode(TOKEN) if replace(json.loads(value)) == TOKEN else value
    return replace(key), _STRING.sub(lambda found: _string(found[0], replace), value)


def _string(literal: bytes, replace: Replace) -> bytes:
    text = json.loads(literal)
    replaced = replace(text)
    return literal if replaced == text else json.dumps(replaced).encode()
