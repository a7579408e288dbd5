"""Which numbers moved and why, on numbers made up for it."""

from datetime import date, timedelta
from math import sqrt

import pytest

from dashboards.report.model import Cell, Number, last_whole_week
from dashboards.report.movements import (
    LEAST_COUNT,
    MOST,
    UNUSUAL,
    causes,
    change,
    headline,
    largest,
    parts_of,
    strength,
)

WEEKS = [date(2024, 1, 1) + timedelta(weeks=number) for number in range(8)]
BEFORE, NOW = WEEKS[-2:]
VISITS = Number("visits", "Visits", "All of them.")
FAILURES = Number("failures", "Failures", "Of all.", per_thousand="visits", content="category")


def cell(
    week: date, value: float, country: str | None = "NP", name: str = "visits", **places: str
) -> Cell:
    return Cell(week, name, {"country": country, "platform": None, "content": None} | places, value)


def steady(value: float, last: float, name: str = "visits") -> list[Cell]:
    return [cell(week, value, name=name) for week in WEEKS[:-1]] + [cell(NOW, last, name=name)]


@pytest.mark.parametrize(
    ("as_of", "today", "monday"),
    [
        ((2024, 1, 31), (2026, 1, 1), (2024, 1, 22)),
        # Sunday is over on Monday, and not before.
        ((2024, 1, 28), (2024, 1, 29), (2024, 1, 22)),
        ((2024, 1, 28), (2024, 1, 28), (2024, 1, 15)),
        ((2024, 1, 29), (2024, 1, 29), (2024, 1, 22)),
        ((2024, 1, 1), (2024, 1, 1), (2023, 12, 25)),
    ],
)
def test_the_last_whole_week_is_over(
    as_of: tuple[int, int, int], today: tuple[int, int, int], monday: tuple[int, int, int]
) -> None:
    assert last_whole_week(date(*as_of), date(*today)) == date(*monday)


def test_a_change_is_the_same_size_there_and_back() -> None:
    assert change(150, 50) == -change(50, 150) == 1
    assert change(1, 0) == -change(0, 1) == 2
    assert change(0, 0) == 0


def test_without_a_history_chance_alone_is_usual() -> None:
    assert strength([400, 500], 900) == pytest.approx((200 / 900) / (2 / sqrt(900)))


def test_a_number_that_swings_has_to_move_further() -> None:
    calm, wild = [10_000.0] * 6, [10_000.0, 12_000.0] * 3
    assert strength([*calm, 13_000], 23_000) > 10
    # Swings of 0.1818 by 1.4826; the last is of 0.0800.
    assert strength([*wild, 13_000], 25_000) == pytest.approx(0.08 / (0.181818 * 1.4826), rel=1e-4)


def test_one_odd_week_does_not_make_a_number_wild() -> None:
    odd = [10_000.0, 10_000.0, 10_000.0, 30_000.0, 10_000.0, 10_000.0, 10_000.0, 10_000.0]
    assert strength([*odd, 11_000], 21_000) == pytest.approx((1000 / 10_500) / (2 / sqrt(21_000)))


def test_few_changes_are_no_history() -> None:
    swings = [100.0, 200.0, 100.0, 200.0]
    assert strength([*swings, 100], 300) == pytest.approx((2 / 3) / (2 / sqrt(300)))
    assert strength([100, *swings, 100], 300) < 1


def test_the_largest_are_told_and_the_largest_first() -> None:
    numbers = [Number(f"n{place}", "", "") for place in range(MOST + 2)]
    cells = [one for place in range(MOST + 2) for one in steady(1000, 1000 + place, f"n{place}")]
    found = largest(numbers, cells, WEEKS)
    assert [one.number.name for one in found] == ["n6", "n5", "n4", "n3", "n2"]


def test_small_numbers_and_what_does_not_add_up_are_no_movements() -> None:
    few, enough = steady(1, LEAST_COUNT - 2), steady(1, LEAST_COUNT - 1)
    assert largest([VISITS], few, WEEKS) == ()
    assert len(largest([VISITS], enough, WEEKS)) == 1
    share = Number("visits", "", "", adds_up=False)
    assert largest([share], enough, WEEKS) == ()
    assert largest([VISITS], steady(500, 500), WEEKS) == (), "nothing has changed"


def test_a_number_from_none_is_a_movement() -> None:
    (moved,) = largest([VISITS], steady(0, 100), WEEKS)
    assert (moved.before, moved.now) == (0, 100)
    assert moved.strength > UNUSUAL


def test_a_slice_that_makes_the_change_is_its_cause() -> None:
    parts = [cell(BEFORE, 50), cell(BEFORE, 50, "IN"), cell(NOW, 90), cell(NOW, 55, "IN")]
    (cause,) = causes(VISITS, parts, [BEFORE, NOW])
    assert (cause.dimension, cause.slice, cause.before, cause.now) == ("country", "NP", 50, 90)
    assert cause.share == pytest.approx(40 / 45)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        # Most of the number makes most of the change: that is no cause.
        ({"NP": 90, "IN": 10}, {"NP": 180, "IN": 20}),
        ({"NP": 40, "IN": 30, "US": 30}, {"NP": 56, "IN": 44, "US": 40}),
        ({"NP": 100}, {"NP": 200}),
    ],
)
def test_where_all_go_the_same_way_nothing_stands_out(
    before: dict[str, float], now: dict[str, float]
) -> None:
    parts = [cell(BEFORE, value, name) for name, value in before.items()]
    parts += [cell(NOW, value, name) for name, value in now.items()]
    assert causes(VISITS, parts, [BEFORE, NOW]) == ()


def test_a_fall_has_causes_too_and_the_clearest_is_first() -> None:
    parts = [
        cell(BEFORE, 50, "NP", platform="ios"),
        cell(BEFORE, 50, "IN", platform="web"),
        cell(BEFORE, 50, None, platform="web"),
        cell(NOW, 50, "NP", platform="ios"),
        cell(NOW, 50, "IN", platform="web"),
        cell(NOW, 5, None, platform="web"),
    ]
    country, platform = causes(VISITS, parts, [BEFORE, NOW])
    assert (country.slice, country.share) == ("not told", 1)
    assert (platform.slice, platform.share) == ("web", 1)


def test_a_rate_is_the_sum_of_its_slices() -> None:
    cells = [
        *(cell(BEFORE, 1000), cell(NOW, 2000)),
        cell(BEFORE, 10, name="failures", content="network"),
        cell(NOW, 20, name="failures", content="network"),
        cell(NOW, 30, name="failures", content="payment"),
    ]
    parts = parts_of(FAILURES, cells)
    assert [part.value for part in parts] == [10, 10, 15]
    (cause,) = causes(FAILURES, parts, [BEFORE, NOW])
    assert (cause.dimension, cause.slice, cause.share) == ("category", "payment", 1)


def test_the_mean_is_of_the_four_weeks_before_or_of_those_known() -> None:
    values = {week: float(number) for number, week in enumerate(WEEKS)}
    told = headline(VISITS, values, NOW)
    assert (told.now, told.before, told.mean) == (7, 6, 4.5)
    first = headline(VISITS, {NOW: 1.0}, NOW)
    assert (first.now, first.before, first.mean) == (1, None, None)
