"""`metrics.errors_daily`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from .identity import date_in, four_places
from .records import Event


def errors_daily(
    errors: Sequence[dict[str, Any]], events: Sequence[Event], zone: str
) -> list[dict[str, Any]]:
    """One row a date, category and severity.

    Args:
        errors: rows of `error_logs`.
        events: the processed events, of every type.
        zone: the reporting time zone.
    """
    of_date = Counter(date_in(zone, event.at) for event in events)
    groups: dict[tuple[date, str | None, str], list[dict[str, Any]]] = defaultdict(list)
    for error in errors:
        day = date_in(zone, error["timestamp"])
        groups[day, error["category"], error["severity"]].append(error)
    return [
        {
            "date": day,
            "category": category,
            "severity": severity,
            "errors": len(its),
            "users_affected": len({error["user_id"] for error in its} - {None}),
            "errors_per_1k_events": four_places(Decimal(1000 * len(its)) / of_date[day]),
        }
        for (day, category, severity), its in groups.items()
    ]
