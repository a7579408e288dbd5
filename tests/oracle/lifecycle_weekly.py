"""`metrics.lifecycle_weekly`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from .identity import date_in, four_places
from .records import Event
from .weeks import WEEK, active_weeks, monday_of, weeks_between


def lifecycle_weekly(events: Sequence[Event], zone: str) -> list[dict[str, Any]]:
    """One row a week from the first to the as-of date's. `events` are processed, earliest first."""
    if not events:
        return []
    weeks = list(active_weeks(events, zone).values())
    first = monday_of(date_in(zone, events[0].at))
    calendar = weeks_between(first, date_in(zone, events[-1].at))
    return [_row(week, Counter(_stage(week, active) for active in weeks)) for week in calendar]


def _stage(week: date, active: set[date]) -> str | None:
    """What a user active in those weeks is in this one."""
    before = week - WEEK in active
    if week not in active:
        return "dormant" if before else None
    if before:
        return "returning"
    return "resurrected" if min(active) < week else "new"


def _row(week: date, stages: Counter[str | None]) -> dict[str, Any]:
    came, went = stages["new"] + stages["resurrected"], stages["dormant"]
    return {
        "week": week,
        "new_users": stages["new"],
        "returning_users": stages["returning"],
        "resurrected_users": stages["resurrected"],
        "dormant_users": went,
        "active_users": came + stages["returning"],
        "quick_ratio": four_places(Decimal(came) / went) if went else None,
    }
