"""Which numbers moved, and which slice of them that comes from.

What flows through: cells of the week and of the weeks before it in; headlines and movements out.
Pure. `RULES` says to readers what is done here.
Belongs here: what is large, and what stands out. Does not belong here: which numbers there are
(`numbers`), words about a movement (`rendering`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from math import sqrt
from statistics import fmean, median

from dashboards.report.model import (
    HISTORY_WEEKS,
    WEEK,
    Cause,
    Cell,
    Headline,
    Movement,
    Number,
)

MOST = 5
LEAST_COUNT = 20
LEAST_CHANGES = 4
# A normal distribution's standard deviation by the median of its absolute deviations.
DEVIATIONS = 1.4826
UNUSUAL = 3.0
LEAST_SHARE = 0.5
LEAST_EXCESS = 0.2
MEAN_WEEKS = 4
NOT_TOLD = "not told"

MOVES = (
    f"The {MOST} largest movements: the change from the week before, in parts of both weeks' mean,"
    " is held against what is usual. Usual is the typical change from week to week (1.4826 times"
    f" the median) over the {HISTORY_WEEKS} weeks before, where there are enough of them, and never"
    " less than what chance does to a count of this size (2 over the square root of both weeks'"
    f" count). A change of less than {UNUSUAL:.0f} times the usual is called ordinary, and no cause"
    " of it is told, only what makes up most of it. Left out are numbers of which both weeks"
    f" together count less than {LEAST_COUNT}, and shares and percentiles, which are not sums of"
    " parts."
)
CAUSES = (
    f"A likely cause is the slice that makes up at least {100 * LEAST_SHARE:.0f} % of the change,"
    f" and at least {100 * LEAST_EXCESS:.0f} points more of it than of the number the week before;"
    " above 100 %, other slices went the other way. Users, and what they posted, liked, commented,"
    " followed and sent, stand under country and platform of the user's first session of the week;"
    " all else under its own platform and its session's country. Countries of few people are one"
    " slice, named other."
)

Weeks = Mapping[date, float]


def parts_of(number: Number, cells: Iterable[Cell]) -> list[Cell]:
    """Take the parts that a number is the sum of.

    Args:
        number: Which.
        cells: Of this and of any others, those it is counted over among them.
    """
    cells = list(cells)
    own = [cell for cell in cells if cell.number == number.name]
    if number.per_thousand is None:
        return own
    thousands: dict[date, float] = defaultdict(float)
    for cell in cells:
        if cell.number == number.per_thousand:
            thousands[cell.week] += cell.value / 1000
    return [replace(cell, value=cell.value / thousands[cell.week]) for cell in own]


def weekly(parts: Iterable[Cell], weeks: Sequence[date]) -> dict[date, float]:
    """Sum the parts of a number by week.

    Args:
        parts: Of one number.
        weeks: Mondays; one without a part has 0.
    """
    sums = dict.fromkeys(weeks, 0.0)
    for cell in parts:
        if cell.week in sums:
            sums[cell.week] += cell.value
    return sums


def headline(number: Number, values: Weeks, week: date) -> Headline:
    """Put a number of a week beside those before.

    Args:
        number: Which.
        values: By week; without weeks for which it cannot be told.
        week: The reported one.
    """
    before = [week - WEEK * back for back in range(1, MEAN_WEEKS + 1)]
    known = [values[one] for one in before if one in values]
    mean = fmean(known) if known else None
    return Headline(number, values.get(week), values.get(week - WEEK), mean)


def largest(
    numbers: Iterable[Number], cells: Sequence[Cell], weeks: Sequence[date]
) -> tuple[Movement, ...]:
    """Find the largest movements of the last of some weeks.

    Args:
        numbers: Those that may have moved.
        cells: Of all of them and of all weeks.
        weeks: Mondays of whole weeks in their order, the reported one last; two at least.

    Returns:
        Movements, the strongest first.
    """
    found = [_movement(number, cells, weeks) for number in numbers if number.adds_up]
    moved = [movement for movement in found if movement is not None]
    return tuple(sorted(moved, key=lambda one: -one.strength)[:MOST])


def _movement(number: Number, cells: Sequence[Cell], weeks: Sequence[date]) -> Movement | None:
    two = weeks[-2:]
    counted = sum(cell.value for cell in cells if cell.number == number.name and cell.week in two)
    parts = parts_of(number, cells)
    values = list(weekly(parts, weeks).values())
    *_, before, now = values
    if counted < LEAST_COUNT or now == before:
        return None
    return Movement(number, now, before, strength(values, counted), causes(number, parts, two))


def change(now: float, before: float) -> float:
    """Measure a change in parts of both values' mean: between -2 and 2, also from and to 0.

    Args:
        now: The later value.
        before: The earlier one.
    """
    return 2 * (now - before) / (now + before) if now + before else 0.0


def strength(values: Sequence[float], counted: float) -> float:
    """Say how many times as large as usual the last change is.

    Args:
        values: By week, the reported one last.
        counted: How much was counted in the last two of them.
    """
    *earlier, last = (abs(change(now, before)) for before, now in pairwise(values))
    chance = 2 / sqrt(counted)
    usual = DEVIATIONS * median(earlier) if len(earlier) >= LEAST_CHANGES else 0.0
    return last / max(chance, usual)


def causes(number: Number, parts: Iterable[Cell], two: Sequence[date]) -> tuple[Cause, ...]:
    """Find the slices that a change comes from.

    Args:
        number: What changed.
        parts: Its parts.
        two: The week before and the week.

    Returns:
        Of each dimension the slice that stands out, if one does; the clearest first.
    """
    parts = list(parts)
    before, now = weekly(parts, two).values()
    dimensions = {"country": "country", "platform": "platform"}
    if number.content:
        dimensions["content"] = number.content
    found: list[tuple[float, Cause]] = []
    for dimension, words in dimensions.items():
        slices = _slices(parts, dimension, two)
        for name, (was, turned) in slices.items() if len(slices) > 1 else ():
            share = (turned - was) / (now - before)
            excess = share - (was / before if before else 0.0)
            if share >= LEAST_SHARE and excess >= LEAST_EXCESS:
                found.append((excess, Cause(words, name, turned, was, share)))
    found.sort(key=lambda one: (-one[0], one[1].slice))
    return tuple({cause.dimension: cause for _, cause in reversed(found)}.values())[::-1]


def _slices(
    parts: Iterable[Cell], dimension: str, two: Sequence[date]
) -> dict[str, tuple[float, float]]:
    cells: dict[str, list[Cell]] = defaultdict(list)
    for cell in parts:
        if cell.week in two:
            cells[cell.places[dimension] or NOT_TOLD].append(cell)
    sums = {name: weekly(own, two) for name, own in cells.items()}
    return {name: (values[two[0]], values[two[1]]) for name, values in sums.items()}
