"""Which snapshot of an entity is the current one, and what its fields hold."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from .records import Entity
from .timestamps import parse_timestamp


def current(entities: Iterable[Entity], kind: str) -> dict[str, Entity]:
    """Ref to the snapshot of the latest `updatedAt`, of equal ones the last landed."""
    latest: dict[str, Entity] = {}
    for entity in entities:
        known = latest.get(entity.ref)
        if entity.type == kind and (known is None or known.updated_at <= entity.updated_at):
            latest[entity.ref] = entity
    return latest


def text(value: Any) -> str | None:
    """A text that says something. What is in an entity is not validated, nor is metadata."""
    return value if isinstance(value, str) and value else None


def instant(value: Any) -> datetime | None:
    """The instant a text tells, None where it tells none."""
    with suppress(TypeError, ValueError):
        return parse_timestamp(value)
    return None
