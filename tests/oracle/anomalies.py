"""`metrics.anomalies`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from .identity import date_in, four_places
from .records import Event
from .user_interactions_daily import Day

HISTORY = 28
LEAST = 14
THRESHOLD = Decimal("3.5")
SUMMED = (
    "posts_created",
    "posts_viewed",
    "posts_liked",
    "comments_posted",
    "posts_shared",
    "follows_made",
    "messages_sent",
)

ValueOn = Callable[[date], Decimal | None]


def anomalies(
    events: Sequence[Event],
    sessions: Sequence[dict[str, Any]],
    days: dict[tuple[str, date], Day],
    zone: str,
) -> list[dict[str, Any]]:
    """One row a metric on the date before the as-of date.

    Args:
        events: the processed events, earliest first.
        sessions: rows of `user_sessions`.
        days: what each user did on each date.
        zone: the reporting time zone.
    """
    if not events:
        return []
    first, as_of = (date_in(zone, event.at) for event in (events[0], events[-1]))
    judged = as_of - timedelta(days=1)
    if judged < first:
        return []
    history = [judged - timedelta(days=back) for back in range(1, HISTORY + 1)]
    history = [day for day in history if day >= first]
    metrics = {**_counts(events, days, zone), **_of_sessions(sessions, zone)}
    return [
        _row(judged, metric, value_on(judged), [value_on(day) for day in history])
        for metric, value_on in metrics.items()
    ]


def _counts(
    events: Sequence[Event], days: dict[tuple[str, date], Day], zone: str
) -> dict[str, ValueOn]:
    counts: dict[str, Counter[date]] = {column: Counter() for column in SUMMED}
    for (_, day), done in days.items():
        for column in SUMMED:
            counts[column][day] += done.counts[column]
    active = {(event.user, date_in(zone, event.at)) for event in events if event.user is not None}
    first: dict[str | None, date] = {}
    for user, day in active:
        first[user] = min(day, first.get(user, day))
    counts["dau"] = Counter(day for _, day in active)
    counts["new_users"] = Counter(first.values())
    counts["errors"] = Counter(
        date_in(zone, event.at) for event in events if event.name == "error_occurred"
    )
    return {metric: _counted(counter) for metric, counter in counts.items()}


def _of_sessions(sessions: Sequence[dict[str, Any]], zone: str) -> dict[str, ValueOn]:
    started = [date_in(zone, session["started_at"]) for session in sessions]

    def mean(column: str) -> ValueOn:
        def value_on(day: date) -> Decimal | None:
            values = [
                Decimal(one[column]) for one, at in zip(sessions, started, strict=True) if at == day
            ]
            return four_places(sum(values, Decimal(0)) / len(values)) if values else None

        return value_on

    return {
        "sessions": _counted(Counter(started)),
        "pages_per_session": mean("page_views"),
        "bounce_rate": mean("bounce_rate"),
    }


def _counted(counter: Counter[date]) -> ValueOn:
    return lambda day: Decimal(counter[day])


def _row(
    day: date, metric: str, value: Decimal | None, history: list[Decimal | None]
) -> dict[str, Any]:
    known = [one for one in history if one is not None]
    middle = median(known) if known else None
    spread = None if middle is None else median([abs(one - middle) for one in known])
    note = _note(value, known, spread)
    score = None
    if note is None and value is not None and middle is not None and spread is not None:
        score = four_places(Decimal("0.6745") * (value - middle) / spread)
    return {
        "date": day,
        "metric": metric,
        "value": value,
        "median": middle,
        "mad": spread,
        "history_days": len(known),
        "robust_z": score,
        "is_anomaly": score is not None and abs(score) > THRESHOLD,
        "note": note,
    }


def _note(value: Decimal | None, known: list[Decimal], spread: Decimal | None) -> str | None:
    if value is None:
        return "no value"
    if len(known) < LEAST:
        return "too little history"
    return "history without spread" if spread == 0 else None
