"""What a report is made of.

What flows through: nothing; frozen shapes, and what follows from one of them alone.
Belongs here: shapes. Does not belong here: which numbers there are (`numbers`), which of them moved
(`movements`), how any of it is written (`rendering`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

WEEK = timedelta(days=7)
HISTORY_WEEKS = 12
"""Weeks before the reported one that are read: the usual change is learnt from them."""


class Form(StrEnum):
    """How a number is written."""

    COUNT = "count"
    RATE = "rate"
    SHARE = "share"
    MILLISECONDS = "milliseconds"


@dataclass(frozen=True)
class Number:
    """A number of a week.

    Attributes:
        name: What queries call it.
        label: What readers call it.
        definition: What exactly is counted.
        form: How it is written.
        per_thousand: The number of which a thousand it is counted over; none for a plain count.
        content: What its slices by content are called; none where it has none.
        adds_up: Whether it is the sum of its slices, and can be traced to one of them.
    """

    name: str
    label: str
    definition: str
    form: Form = Form.COUNT
    per_thousand: str | None = None
    content: str | None = None
    adds_up: bool = True


@dataclass(frozen=True)
class Cell:
    """A part of a number of a week, as small as it is told.

    Attributes:
        week: The Monday.
        number: Name of the number.
        places: Its slice by dimension: country, platform and content; none where it has none.
        value: How much.
    """

    week: date
    number: str
    places: Mapping[str, str | None]
    value: float


@dataclass(frozen=True)
class Headline:
    """A number of the week beside those before; none where it cannot be told.

    Attributes:
        number: Which.
        now: In the week.
        before: In the week before.
        mean: Of the four weeks before, or as many as there are.
    """

    number: Number
    now: float | None
    before: float | None
    mean: float | None


@dataclass(frozen=True)
class Cause:
    """A slice that a movement comes from.

    Attributes:
        dimension: What it is a slice by, in readers' words.
        slice: Which.
        now: Its part of the number in the week.
        before: Its part in the week before.
        share: Its part of the change; above 1 where other slices went the other way.
    """

    dimension: str
    slice: str
    now: float
    before: float
    share: float


@dataclass(frozen=True)
class Movement:
    """A number that changed.

    Attributes:
        number: Which.
        now: In the week.
        before: In the week before.
        strength: How many times as large as usual the change is.
        causes: Slices that stand out, the clearest first.
    """

    number: Number
    now: float
    before: float
    strength: float
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class Effect:
    """What a variant did to a metric, against control; none where it cannot be told."""

    metric: str
    variant: str
    users: int
    lift: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Conclusion:
    """An experiment that concluded in the week.

    Attributes:
        experiment: Its name.
        date: When it concluded.
        verdict: In words, as the dashboards have it.
        effects: By metric and variant.
    """

    experiment: str
    date: date
    verdict: str
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class Report:
    """A week.

    Attributes:
        week: Its Monday.
        made_at: When it was read, with a time zone.
        first_date: The first date with an event; none where there is none.
        headlines: Its numbers; none where there are not two whole weeks to compare.
        movements: The largest, the largest first.
        conclusions: Experiments that concluded.
    """

    week: date
    made_at: datetime
    first_date: date | None
    headlines: tuple[Headline, ...] = ()
    movements: tuple[Movement, ...] = ()
    conclusions: tuple[Conclusion, ...] = ()

    @property
    def last_date(self) -> date:
        """Its Sunday."""
        return self.week + WEEK - timedelta(days=1)

    @property
    def comparable(self) -> bool:
        """Whether the week before it is whole, too."""
        return self.first_date is not None and self.first_date <= self.week - WEEK

    @property
    def name(self) -> str:
        """The week as ISO 8601 writes it, such as 2024-W04."""
        return f"{self.week:%G-W%V}"


def monday_of(day: date) -> date:
    """Name the Monday of a date's week.

    Args:
        day: The date.
    """
    return day - timedelta(days=day.weekday())


def last_whole_week(as_of: date, today: date) -> date:
    """Name the Monday of the last week that is over.

    Args:
        as_of: The latest date with an event. It is over once the clock has left it: on a Monday
            morning the latest events are Sunday's.
        today: What the clock says.
    """
    return monday_of(as_of + timedelta(days=today > as_of)) - WEEK
