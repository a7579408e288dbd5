"""`metrics.sessions_daily`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .identity import date_in, four_places


def sessions_daily(sessions: Sequence[dict[str, Any]], zone: str) -> list[dict[str, Any]]:
    """One row a date on which a session started. `sessions` are rows of `user_sessions`."""
    started: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for session in sessions:
        started[date_in(zone, session["started_at"])].append(session)
    return [_row(day, its) for day, its in started.items()]


def _row(day: date, sessions: list[dict[str, Any]]) -> dict[str, Any]:
    microseconds = sum(session["duration"] // timedelta(microseconds=1) for session in sessions)
    mean = _mean(microseconds, sessions).to_integral_value(ROUND_HALF_UP)
    return {
        "date": day,
        "sessions": len(sessions),
        "users": len({session["user_id"] for session in sessions} - {None}),
        "avg_duration": timedelta(microseconds=int(mean)),
        "pages_per_session": four_places(
            _mean(sum(session["page_views"] for session in sessions), sessions)
        ),
        "bounce_rate": four_places(
            _mean(sum(session["bounce_rate"] for session in sessions), sessions)
        ),
    }


def _mean(total: int | Decimal, sessions: list[dict[str, Any]]) -> Decimal:
    return Decimal(total) / len(sessions)
