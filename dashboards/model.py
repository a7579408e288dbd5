"""What a dashboard is made of: pages of charts, and the answers that they show.

What flows through: declarations of pages in, frozen and checked.
Belongs here: what every chart has to say of itself. Does not belong here: any question (`pages`),
how it is asked (`queries`) or shown (`rendering`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

import altair as alt

Value: TypeAlias = str | int | float | bool | None
Drawing: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart

# The first of these that an answer has is what the range of dates goes by.
DATE_COLUMNS = ("date", "week", "cohort_week")
DIMENSIONS = ("platform", "country")


class Unit(StrEnum):
    """How a number is written."""

    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"
    MINUTES = "minutes"


@dataclass(frozen=True)
class Headline:
    """A number at the top of a page: of the last date in the range, beside a week before.

    Attributes:
        label: What it counts.
        column: The column that is summed over the rows of the date.
        per: The column whose sum it is divided by; none for a plain sum.
        unit: How it is written.
    """

    label: str
    column: str
    per: str | None = None
    unit: Unit = Unit.COUNT


@dataclass(frozen=True)
class Chart:
    """One question and how its answer is drawn.

    Attributes:
        name: Its id on the page.
        title: The question, in a reader's words.
        definition: What exactly is counted, and what is not.
        drawing: Vega-Lite over the dataset `rows`; none shows the table itself.
        query: Name of the query whose answer it shows, its own name unless given; charts of a page
            may share one.
        choice: A column of which readers look at one value at a time.
        headlines: Numbers of it that the page begins with.
        wide: Whether it takes the page's whole width.
    """

    name: str
    title: str
    definition: str
    drawing: Drawing | None = None
    query: str = ""
    choice: str | None = None
    headlines: tuple[Headline, ...] = ()
    wide: bool = False

    def __post_init__(self) -> None:
        """Refuse a chart that does not say what it shows."""
        if not (self.title.strip() and self.definition.strip()):
            raise ValueError(f"The chart {self.name} needs a title and a definition.")
        object.__setattr__(self, "query", self.query or self.name)


@dataclass(frozen=True)
class Page:
    """Charts that are read together.

    Attributes:
        name: Its file and its folder of queries.
        title: Its name in the navigation.
        lede: What it is about, in a sentence.
        charts: What it shows, in reading order.
        supplied: Queries that are not asked as the analyst; whoever makes the site brings answers.
    """

    name: str
    title: str
    lede: str
    charts: tuple[Chart, ...]
    supplied: frozenset[str] = frozenset()

    @property
    def queries(self) -> list[str]:
        """Names of its queries, each once, in the order of the charts."""
        return list(dict.fromkeys(chart.query for chart in self.charts))


@dataclass(frozen=True)
class Answer:
    """Rows, and the SQL that gave them.

    Attributes:
        sql: As it was run.
        columns: Names of the columns.
        rows: Values that JSON can hold; dates are ISO texts.
    """

    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def date_column(self) -> str | None:
        """The column that the range of dates goes by."""
        return next((name for name in DATE_COLUMNS if name in self.columns), None)

    @property
    def scope(self) -> str:
        """Which filters its numbers follow, in words."""
        has = {"date": self.date_column is not None}
        has |= {name: name in self.columns for name in DIMENSIONS}
        follows = [name for name, there in has.items() if there]
        lacks = [name for name, there in has.items() if not there]
        if not follows:
            return "Follows no filter: the numbers have no date, platform or country."
        said = f"Follows {_listed(follows, 'and')}"
        return f"{said}; the numbers have no {_listed(lacks, 'or')}." if lacks else f"{said}."


@dataclass(frozen=True)
class Edition:
    """What all pages of a site say of the data.

    Attributes:
        as_of: The latest date with an event; none where there is none.
        made_at: When the numbers were read, with a time zone.
    """

    as_of: date | None
    made_at: datetime


def _listed(words: Sequence[str], last: str) -> str:
    *head, tail = words
    return f"{', '.join(head)} {last} {tail}" if head else tail
