"""`metrics.active_users_daily`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .identity import date_in, four_places
from .records import Event


def active_users_daily(events: Sequence[Event], zone: str) -> list[dict[str, Any]]:
    """One row a date from the first to the as-of date. `events` are processed, earliest first."""
    if not events:
        return []
    active: dict[date, set[str]] = defaultdict(set)
    for event in events:
        if event.user is not None:
            active[date_in(zone, event.at)].add(event.user)
    first, as_of = date_in(zone, events[0].at), date_in(zone, events[-1].at)
    dates = (first + timedelta(days=n) for n in range((as_of - first).days + 1))
    return [_row(day, active) for day in dates]


def _row(day: date, active: dict[date, set[str]]) -> dict[str, Any]:
    dau, mau = _users(day, 1, active), _users(day, 30, active)
    return {
        "date": day,
        "dau": dau,
        "wau": _users(day, 7, active),
        "mau": mau,
        "stickiness": four_places(Decimal(dau) / mau) if mau else None,
    }


def _users(day: date, dates: int, active: dict[date, set[str]]) -> int:
    window = (day - timedelta(days=n) for n in range(dates))
    return len(set().union(*(active[each] for each in window if each in active)))
