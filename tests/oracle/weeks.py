"""In which weeks, which begin on Monday, who was active."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from .identity import date_in
from .records import Event

WEEK = timedelta(days=7)


def monday_of(day: date) -> date:
    """The Monday of a date's week."""
    return day - timedelta(days=day.weekday())


def active_weeks(events: Sequence[Event], zone: str) -> dict[str, set[date]]:
    """User to the Mondays of the weeks with a processed event of theirs."""
    weeks: dict[str, set[date]] = defaultdict(set)
    for event in events:
        if event.user is not None:
            weeks[event.user].add(monday_of(date_in(zone, event.at)))
    return weeks


def weeks_between(first: date, last: date) -> Iterator[date]:
    """Mondays from one to another, both included."""
    while first <= last:
        yield first
        first += WEEK
