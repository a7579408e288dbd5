"""The community as the oracle reads it, and what all answers to questions about it need.

What flows through: landing files in; events, rows of marts, windows of dates out. Belongs here:
what several answers use. Does not belong here: an answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from tests.oracle import expected_marts, read_records
from tests.oracle.entities import current
from tests.oracle.events import Judged, judge, processed
from tests.oracle.identity import date_in
from tests.oracle.records import Entity, Event
from tests.oracle.weeks import monday_of

ZONE = "UTC"
SIX_DAYS = timedelta(days=6)

Row = dict[str, Any]
Rows = list[Row]


@dataclass(frozen=True)
class Community:
    """Everything that landed, and what it means.

    Attributes:
        judged: every event and what became of it.
        events: the processed ones, earliest first.
        experiments: the current snapshot of each, by ref.
        marts: rows of marts and metrics, by name.
    """

    judged: list[Judged]
    events: list[Event]
    experiments: dict[str, Entity]
    marts: dict[str, Rows]

    @classmethod
    def of(cls, files: Sequence[Path]) -> Community:
        landed, entities, _ = read_records(files)
        judged = judge(landed)
        return cls(
            judged=judged,
            events=processed(judged),
            experiments=current(entities, "experiment"),
            marts=expected_marts(files, ZONE),
        )

    @property
    def as_of(self) -> date:
        return day_of(self.events[-1])

    def dates_back(self, count: int) -> list[date]:
        """So many dates that end at the as-of date, the newest first."""
        return [self.as_of - timedelta(days=back) for back in range(count)]

    def is_over(self, week: date) -> bool:
        """Whether the week that begins on this Monday is whole."""
        return week + SIX_DAYS <= self.as_of

    def people_by_date(self) -> dict[date, set[str]]:
        """Who was active on each date."""
        people: dict[date, set[str]] = defaultdict(set)
        for event in self.events:
            if event.user is not None:
                people[day_of(event)].add(event.user)
        return people

    def people_by_week(self) -> dict[date, set[str]]:
        """Who was active in the week of each Monday."""
        people: dict[date, set[str]] = defaultdict(set)
        for day, users in self.people_by_date().items():
            people[monday_of(day)] |= users
        return people

    def by_ref(self) -> dict[str, Row]:
        """Rows of `users` by their source id."""
        return {user["user_ref"]: user for user in self.marts["users"]}


Answer = Callable[[Community], Rows]
ANSWERS: dict[str, Answer] = {}


def answers(title: str) -> Callable[[Answer], Answer]:
    """Register the answer to a question, or what a pitfall's right query should give."""

    def registered(answer: Answer) -> Answer:
        assert title not in ANSWERS, title
        ANSWERS[title] = answer
        return answer

    return registered


def day_of(event: Event) -> date:
    return date_in(ZONE, event.at)


def rounded(value: Decimal, places: int = 4) -> Decimal:
    """Rounded half away from zero, as PostgreSQL rounds a numeric."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def share(part: int | Decimal, whole: int | Decimal, places: int = 4) -> Decimal:
    return rounded(Decimal(part) / Decimal(whole), places)


def mean(values: Iterable[int | Decimal], places: int = 4) -> Decimal:
    numbers = list(values)
    return share(sum(numbers, Decimal(0)), len(numbers), places)


def in_units_of(unit: timedelta, duration: timedelta) -> Decimal:
    """How many hours or minutes, to a tenth."""
    microsecond = timedelta(microseconds=1)
    return share(duration // microsecond, unit // microsecond, 1)


def grouped(rows: Iterable[Row], *columns: str) -> dict[Any, Rows]:
    """Rows by their values of some columns."""
    groups: dict[Any, Rows] = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in columns)].append(row)
    return groups


def total(rows: Iterable[Row], *columns: str) -> Any:
    return sum((row[column] for row in rows for column in columns), Decimal(0))


def last(value: Any) -> tuple[bool, Any]:
    """Orders what there is before null, as PostgreSQL does."""
    return value is None, value or ""
