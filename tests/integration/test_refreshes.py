"""When a materialized view is refreshed, and when it is left alone."""

import psycopg
import pytest

from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Land, Query
from tests.integration.marts import alone, assert_same, build

VIEWS = ("active_users_daily", "performance_daily")
PAGE_VIEW = {
    "eventId": "e1",
    "eventName": "page_view",
    "userId": "asha",
    "timestamp": "2024-01-01T10:00:00Z",
}
MEASUREMENT = {
    "eventId": "e2",
    "eventName": "performance_metric",
    "timestamp": "2024-01-01T11:00:00Z",
    "data": {"metricName": "lcp", "metricValue": 5},
}
SAMPLES = "select samples from metrics.performance_daily"


def _refreshed(query: Query) -> dict[str, int]:
    rows = query("select model_name, build_id from intermediate.refreshes")
    return {row["model_name"]: row["build_id"] for row in rows}


def _oid(query: Query, view: str) -> int:
    (row,) = query("select %s::regclass::oid::bigint as oid", f"metrics.{view}")
    return int(row["oid"])


def _execute(database: Settings, statement: str) -> None:
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture
def built(database: Settings, dbt: DbtInProcess, land: Land) -> None:
    """Two views that look at different things, made of one event each."""
    land([PAGE_VIEW, MEASUREMENT])
    build(dbt, database, *alone(*VIEWS))


@pytest.mark.usefixtures("built")
def test_without_news_nothing_is_refreshed(
    database: Settings, dbt: DbtInProcess, query: Query
) -> None:
    before = _refreshed(query)
    build(dbt, database, *alone(*VIEWS))
    assert before == _refreshed(query)
    assert set(before) >= set(VIEWS)


@pytest.mark.usefixtures("built")
def test_a_view_follows_what_it_reads_and_nothing_else(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    before = _refreshed(query)
    land([PAGE_VIEW | {"eventId": "e3", "userId": "maya"}])
    build(dbt, database, *alone(*VIEWS))
    after = _refreshed(query)
    assert after["performance_daily"] == before["performance_daily"]
    assert after["active_users_daily"] > before["active_users_daily"]
    assert query("select dau from metrics.active_users_daily") == [{"dau": 2}]


@pytest.mark.usefixtures("built")
def test_rows_that_go_without_others_in_their_place_are_news(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    assert query(SAMPLES) == [{"samples": 1}]
    withdrawn = PAGE_VIEW | {
        "eventId": "e0",
        "eventName": "consent_updated",
        "userId": "maya",
        "timestamp": "2024-01-01T09:00:00Z",
        "data": {"analytics": False},
    }
    land([MEASUREMENT | {"eventId": "e5", "userId": "maya"}])
    build(dbt, database, *alone(*VIEWS))
    assert query(SAMPLES) == [{"samples": 2}]
    land([withdrawn])
    build(dbt, database, *alone(*VIEWS))
    assert query(SAMPLES) == [{"samples": 1}]


@pytest.mark.usefixtures("built")
def test_another_definition_makes_a_view_anew(
    database: Settings, dbt: DbtInProcess, query: Query
) -> None:
    before = {view: _oid(query, view) for view in VIEWS}
    _execute(
        database,
        "update intermediate.refreshes set sql_md5 = 'of what it was before'"
        " where model_name = 'performance_daily'",
    )
    build(dbt, database, *alone(*VIEWS))
    assert _oid(query, "performance_daily") != before["performance_daily"]
    assert _oid(query, "active_users_daily") == before["active_users_daily"]


@pytest.mark.usefixtures("built")
def test_a_view_that_was_lost_is_made_again(
    database: Settings, dbt: DbtInProcess, query: Query
) -> None:
    rows = query("select * from metrics.performance_daily")
    _execute(database, "drop materialized view metrics.performance_daily")
    build(dbt, database, *alone(*VIEWS))
    assert_same("performance_daily", query("select * from metrics.performance_daily"), rows)
