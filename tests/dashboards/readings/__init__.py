"""What each query of the dashboards has to answer, read from the oracle's rows in plain Python.

What flows through: rows of marts as the oracle reads the files in, rows of answers out, in no
particular order. It shares no SQL with what it judges. Belongs here: a reading a query.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from tests.dashboards.readings import contents, people, platform
from tests.dashboards.readings.reading import Reading, Row, Rows

__all__ = ["READINGS", "Reading", "Row", "Rows", "comparable"]

READINGS: dict[tuple[str, str], Callable[[Reading], Rows]] = {
    ("growth", "active_users"): people.active_users,
    ("growth", "lifecycle"): people.lifecycle,
    ("growth", "retention"): people.retention,
    ("growth", "platforms"): people.platforms,
    ("growth", "new_users"): people.new_users,
    ("engagement", "sessions"): people.sessions,
    ("engagement", "funnels"): people.funnels,
    ("engagement", "features"): people.features,
    ("engagement", "social"): people.social,
    ("content", "activity"): contents.activity,
    ("content", "top"): contents.top,
    ("content", "rising"): contents.rising,
    ("content", "virality"): contents.virality,
    ("communities", "members"): contents.members,
    ("communities", "flow"): contents.flow,
    ("communities", "standing"): contents.standing,
    ("experiments", "split"): platform.split,
    ("platform_health", "errors"): platform.errors,
    ("platform_health", "error_rate"): platform.error_rate,
    ("platform_health", "speed"): platform.speed,
    ("data_quality", "anomalies"): platform.anomalies,
}


def comparable(rows: Sequence[Row]) -> list[str]:
    """Rows as sorted texts, numbers to the digits that survive the way through JSON."""
    return sorted(
        ", ".join(f"{name}={_spelled(value)}" for name, value in sorted(row.items()))
        for row in rows
    )


def _spelled(value: Any) -> str:
    if value is None or isinstance(value, bool | str):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return f"{float(value):.9g}"
