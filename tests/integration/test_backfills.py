"""Backfills: what is made anew for the asking, and who completes one that died."""

from datetime import date

import psycopg
import pytest

from loaders.settings import Settings
from orchestration.backfilling import BackfillError, Dates, request_backfill
from tests.dbt_in_process import DbtInProcess
from tests.integration import hostile_community
from tests.integration.conftest import Land, Query
from tests.integration.marts import assert_full_refresh_changes_nothing, build, every_row

WITHOUT_TESTS = ("--exclude-resource-type", "test")
# What no build would touch again by itself, as nothing about it has landed.
DAMAGE = (
    "update marts.events set platform = 'ios', status = 'invalid' where date = %(day)s",
    "delete from intermediate.int_actor_days_counted where date = %(day)s",
    "update marts.user_sessions set page_views = 77 where started_at::date = %(day)s",
    "update marts.user_interactions_daily set posts_liked = 77 where date = %(day)s",
)


def _execute(database: Settings, *statements: str, **values: object) -> int:
    with psycopg.connect(database.conninfo()) as connection:
        return sum(connection.execute(one.encode(), values).rowcount for one in statements)


def _busiest_day(query: Query) -> date:
    found = query("select date from marts.events group by date order by count(*) desc limit 1")
    day = found[0]["date"]
    assert isinstance(day, date)
    return day


def test_damaged_dates_are_made_anew_and_a_backfill_that_died_is_completed(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land(hostile_community.records(seed=7))
    build(dbt, database, *WITHOUT_TESTS)
    whole, day = every_row(query), _busiest_day(query)
    assert _execute(database, *DAMAGE, day=day) > 3
    build(dbt, database, *WITHOUT_TESTS)
    assert every_row(query)["events"] != whole["events"], "a build alone must not repair it"

    request_backfill(database, Dates(day, day))
    _execute(database, "alter table marts.users add constraint broken check (false) not valid")
    with pytest.raises(AssertionError, match="violates check constraint"):
        build(dbt, database, *WITHOUT_TESTS)
    _execute(database, "alter table marts.users drop constraint broken")
    build(dbt, database, *WITHOUT_TESTS)

    assert_full_refresh_changes_nothing(dbt, database, query)


def test_a_backfill_is_done_once(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land(hostile_community.records(seed=8)[:60])
    only_events = ("--select", "+events", *WITHOUT_TESTS)
    build(dbt, database, *only_events)
    day = _busiest_day(query)
    request_backfill(database, Dates(day, day))
    restated = "select count(*) as events from intermediate.int_events_restated"
    build(dbt, database, *only_events)
    once = query(restated)[0]["events"]
    build(dbt, database, *only_events)
    assert once > 0
    assert query(restated)[0]["events"] == once


def test_what_cannot_be_backfilled_is_said(database: Settings) -> None:
    today = date(2024, 3, 1)
    with pytest.raises(BackfillError, match="Nothing has been built"):
        request_backfill(database, Dates(today, today))
    with pytest.raises(BackfillError, match="2024-02-29 lies before 2024-03-01"):
        Dates(today, date(2024, 2, 29))
