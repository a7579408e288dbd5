"""`metrics.retention_weekly`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from .identity import date_in, four_places
from .records import Event
from .weeks import active_weeks, weeks_between


def retention_weekly(events: Sequence[Event], zone: str) -> list[dict[str, Any]]:
    """One row a cohort and week since. `events` are processed, earliest first."""
    weeks = active_weeks(events, zone)
    cohorts: dict[date, list[str]] = defaultdict(list)
    for user, active in weeks.items():
        cohorts[min(active)].append(user)
    return [
        _row(cohort, number, users, sum(week in weeks[user] for user in users))
        for cohort, users in cohorts.items()
        for number, week in enumerate(weeks_between(cohort, date_in(zone, events[-1].at)))
    ]


def _row(cohort: date, number: int, users: list[str], retained: int) -> dict[str, Any]:
    return {
        "cohort_week": cohort,
        "weeks_since": number,
        "cohort_users": len(users),
        "retained_users": retained,
        "retention_rate": four_places(Decimal(retained) / len(users)),
    }
