"""Which events count: first of the duplicates, valid, not suppressed by consent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .catalogue import violations
from .identity import uuid_of
from .records import Event


@dataclass(frozen=True, slots=True)
class Judged:
    """An event and what became of it."""

    event: Event
    status: str
    errors: list[dict[str, str]]


def judge(landed: Iterable[Event]) -> list[Judged]:
    """Deduplicate, validate and suppress: one verdict an eventId, in landing order."""
    first: dict[str, Event] = {}
    for event in landed:
        first.setdefault(event.ref, event)
    errors = {ref: violations(event) for ref, event in first.items()}
    suppressed = _suppressed(event for ref, event in first.items() if not errors[ref])
    return [
        Judged(event, _status(bool(errors[ref]), ref in suppressed), errors[ref])
        for ref, event in first.items()
    ]


def processed(judged: Iterable[Judged]) -> list[Event]:
    """The events every mart counts, earliest first."""
    kept = (verdict.event for verdict in judged if verdict.status == "processed")
    return sorted(kept, key=lambda event: event.order)


def event_rows(judged: Iterable[Judged]) -> list[dict[str, Any]]:
    """`events`, as far as the oracle goes: one row an eventId."""
    return [
        {
            "id": uuid_of("event", verdict.event.ref),
            "event_ref": verdict.event.ref,
            "status": verdict.status,
            "is_valid": not verdict.errors,
            "validation_errors": verdict.errors or None,
        }
        for verdict in judged
    ]


def _status(invalid: bool, suppressed: bool) -> str:
    if invalid:
        return "invalid"
    return "suppressed" if suppressed else "processed"


def _suppressed(valid: Iterable[Event]) -> set[str]:
    """Refs of the events between a user's withdrawal of consent and its return."""
    by_user: dict[str, list[Event]] = defaultdict(list)
    for event in valid:
        if event.user is not None:
            by_user[event.user].append(event)
    refs = set()
    for events in by_user.values():
        consents = True
        for event in sorted(events, key=lambda event: event.order):
            if event.name == "consent_updated":
                consents = event.data["analytics"]
            elif not consents:
                refs.add(event.ref)
    return refs
