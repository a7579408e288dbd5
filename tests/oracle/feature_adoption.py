"""`metrics.feature_adoption`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from .identity import date_in, four_places
from .records import Event


def feature_adoption(events: Sequence[Event], zone: str) -> list[dict[str, Any]]:
    """One row a date and event name that a user has. `events` are the processed ones."""
    active: dict[date, set[str]] = defaultdict(set)
    adopters: dict[tuple[date, str], set[str]] = defaultdict(set)
    for event in events:
        if event.user is not None:
            day = date_in(zone, event.at)
            active[day].add(event.user)
            adopters[day, event.name].add(event.user)
    return [
        {
            "date": day,
            "event_name": name,
            "users": len(users),
            "adoption_rate": four_places(Decimal(len(users)) / len(active[day])),
        }
        for (day, name), users in adopters.items()
    ]
