"""`metrics.attribution`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from .catalogue import is_interaction
from .identity import derived_uuid, four_places
from .records import Event

ACTIVATION = timedelta(days=7)


def attribution(events: Sequence[Event], users: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a registration source. `events` are processed, `users` the rows of that mart."""
    acted: dict[str | None, list[datetime]] = defaultdict(list)
    for event in events:
        if is_interaction(event):
            acted[event.user].append(event.at)
    by_source: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for user in users:
        by_source[user["registration_source"]].append(user)
    return [_row(source, of_source, acted) for source, of_source in by_source.items()]


def _row(
    source: str | None, users: list[dict[str, Any]], acted: dict[str | None, list[datetime]]
) -> dict[str, Any]:
    scores = sum((user["engagement_score"] for user in users), Decimal(0))
    return {
        "id": derived_uuid("registration_source" + ("" if source is None else f":{source}")),
        "registration_source": source,
        "users": len(users),
        "activated_users": sum(
            any(_is_early(at, user["created_at"]) for at in acted[user["user_ref"]])
            for user in users
        ),
        "avg_engagement_score": four_places(scores / len(users)),
    }


def _is_early(at: datetime, created_at: datetime | None) -> bool:
    return created_at is not None and created_at <= at < created_at + ACTIVATION
