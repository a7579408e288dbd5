"""Every metric of the semantic layer is the number that marts and metrics have."""

import math
from datetime import datetime
from typing import Any

import pytest
from metricflow_semantic_interfaces.implementations.semantic_manifest import (
    PydanticSemanticManifest,
)

from tests.semantic.conftest import Ask, Query, Rows
from tests.semantic.expected import ACTIVE, EXPECTED, Expected

CASES = [(metric, one) for metric, cases in EXPECTED.items() for one in cases]
# Published ratios are rounded to 4 places.
ROUNDED = 0.000051


def test_every_metric_is_compared(semantic_manifest: PydanticSemanticManifest) -> None:
    assert {one.name for one in semantic_manifest.metrics} == set(EXPECTED)


@pytest.mark.parametrize(
    ("metric", "expected"), CASES, ids=[f"{metric} by {one.by}" for metric, one in CASES]
)
def test_a_metric_is_what_is_published(
    metric: str, expected: Expected, ask: Ask, query: Query
) -> None:
    published = comparable(query(expected.sql))
    assert len(published) > 1, "of one row nobody could tell what it is asked by"
    assert any(value > 0 for value in published.values()), "nothing but zeros compares nothing"
    found = comparable(ask(metric, expected.by))
    assert found == pytest.approx(published, abs=ROUNDED, rel=0, nan_ok=True)


def comparable(rows: Rows) -> dict[Any, float]:
    """Values by what they are asked by; a date is the instant it begins at, none is NaN."""
    values = {_day(key): math.nan if value is None else float(value) for key, value in rows}
    assert len(values) == len(rows), "one row a member"
    return values


def _day(key: Any) -> Any:
    return key.date() if isinstance(key, datetime) else key


def test_a_metric_may_be_asked_of_some_dates_and_members(ask: Ask, query: Query) -> None:
    where = (
        "{{ TimeDimension('metric_time', 'day') }} >= '2024-01-08'"
        " and {{ Dimension('user_id__role') }} = 'premium'"
    )
    found = ask("active_users", "metric_time__week", where=where)
    expected = query(
        """
        select date_trunc('week', date::timestamp), count(distinct user_id)
        from marts.user_interactions_daily
        inner join marts.users on users.id = user_id
        where date >= '2024-01-08' and role = 'premium' and last_event_at is not null
        group by 1
        """
    )
    assert len(expected) > 1
    assert comparable(found) == comparable(expected)


def test_the_time_spine_has_every_date(query: Query) -> None:
    ((dates, first, last),) = query("select count(*), min(date), max(date) from " + ACTIVE)
    assert dates == (last - first).days + 1
    seen = "select min(date), max(date) from marts.events where status = 'processed'"
    assert query(seen) == [(first, last)]
