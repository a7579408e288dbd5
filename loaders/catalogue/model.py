"""The catalogue as values: event types, their fields, the envelope around them.

Belongs here: what the rest of the project may ask of the catalogue. Does not belong here: how its
files are spelled (`parsing`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

FieldType = Literal["string", "number", "boolean", "object", "timestamp"]
Pii = Literal["none", "indirect", "direct"]
Subject = Literal["user"]
Category = Literal["user_action", "system", "error", "performance"]


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an event's `data`, of its `metadata`, or of the record itself.

    Attributes:
        name: The key, camelCase.
        type: A timestamp is an RFC 3339 text with an offset; the others are JSON's own types.
        required: Whether the event is invalid without it; null or an empty text is without.
        enum: The only values a string may have; empty where any will do.
        default: What an absent string counts as; None where absent is just absent.
        minimum: Least value of a number, itself allowed; None without one.
        maximum: Greatest value of a number, itself allowed; None without one.
        unit: Unit of a number, `ms` for every duration; None where it has none.
        pii: `direct` names a person, `indirect` does so together with other data.
        subject: Whose key its values are; None where they are nobody's.
        description: What it means, as a sentence.
    """

    name: str
    type: FieldType
    required: bool
    enum: tuple[str, ...]
    default: str | None
    minimum: int | float | None
    maximum: int | float | None
    unit: str | None
    pii: Pii
    subject: Subject | None
    description: str

    @property
    def column(self) -> str:
        """The name in snake_case, as a typed column bears it."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.name).lower()

    @property
    def is_duration(self) -> bool:
        """Whether it is a number of milliseconds, which analysts read as an interval."""
        return self.unit == "ms"


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of event.

    Attributes:
        name: The `eventName`, snake_case.
        description: What happened, as a sentence.
        category: The event category of the source document.
        interaction: Whether it counts as an interaction.
        owner: The team to ask about it.
        fields: The keys of its `data`, in the order of the file. Other keys are allowed.
        extra_column: Typed column that holds the keys of `data` that `fields` does not name; None
            leaves them to `event_data`.
    """

    name: str
    description: str
    category: Category
    interaction: bool
    owner: str
    fields: tuple[Field, ...]
    extra_column: str | None


@dataclass(frozen=True, slots=True)
class Envelope:
    """The record around every event's `data`.

    Attributes:
        description: What a record is, as a sentence.
        fields: The keys of the record.
        metadata: The keys of `metadata` that the models read; it is not validated.
    """

    description: str
    fields: tuple[Field, ...]
    metadata: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the catalogue says.

    Attributes:
        event_types: By name, in alphabetical order.
        envelope: The record around their `data`.
    """

    event_types: tuple[EventType, ...]
    envelope: Envelope
