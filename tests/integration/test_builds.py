"""What a build may suffer without losing or doubling anything: parts, odd texts, other zones.

What breaks around it is in `tests/faults`.
"""

import random

import psycopg
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.contracts.graph.nodes import UnitTestNode

from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess
from tests.integration import hostile_community
from tests.integration.conftest import Land, Query
from tests.integration.marts import (
    assert_full_refresh_changes_nothing,
    assert_same,
    build,
    every_row,
)

WITHOUT_TESTS = ("--exclude-resource-type", "test")


def _execute(database: Settings, statement: str) -> None:
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        connection.execute(statement.encode())


def test_the_unit_tests_of_the_models_pass(database: Settings, dbt: DbtInProcess) -> None:
    # dbt needs the parents' tables there, to know the types of the rows it makes up.
    build(dbt, database, "--empty", *WITHOUT_TESTS)
    result = dbt.invoke(database, "test", "--select", "test_type:unit")

    assert isinstance(result.result, RunExecutionResult)
    statuses = {
        one.node.name: str(one.status)
        for one in result.result.results
        if isinstance(one.node, UnitTestNode)
    }
    assert statuses
    assert set(statuses.values()) == {"pass"}, statuses


def test_logs_built_later_than_what_they_follow_lose_no_row(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    made = hostile_community.records(seed=106)
    land(made[:100])
    build(dbt, database, *WITHOUT_TESTS)
    land(made[100:190])
    for part in (
        ("+int_events_changed", "events"),
        ("int_*_touched", "int_sessions_replaced"),
        ("user_sessions", "user_interactions_daily", "users", "error_logs", "community_analytics"),
    ):
        build(dbt, database, *WITHOUT_TESTS, "--select", *part)
    land(made[190:])
    build(dbt, database, *WITHOUT_TESTS)

    assert_full_refresh_changes_nothing(dbt, database, query)


def test_builds_of_a_selection_skip_nothing_for_the_next_whole_build(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    made = hostile_community.records(seed=101)
    land(made[:100])
    build(dbt, database, *WITHOUT_TESTS)
    land(made[100:190])
    for part in ("int_events_first_landed", "events", "user_sessions", "users"):
        build(dbt, database, "--select", part, *WITHOUT_TESTS)
    land(made[190:])
    build(dbt, database, *WITHOUT_TESTS)

    assert_full_refresh_changes_nothing(dbt, database, query)


def test_a_text_of_any_length_is_taken(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    # Random, for what repeats itself is compressed before an index refuses it.
    username = random.Random(1).randbytes(50_000).hex()
    land(
        [
            {
                "entityType": "user",
                "entityId": "u",
                "updatedAt": "2024-01-01T00:00:00Z",
                "data": {"username": username},
            }
        ]
    )
    build(dbt, database, *WITHOUT_TESTS)
    assert query("select username from marts.users") == [{"username": username}]


def test_a_name_that_becomes_somebody_elses_is_taken_from_its_bearer(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    def event(event_id: str, name: str, user: str, **data: str) -> dict[str, object]:
        at = f"2024-01-0{len(event_id)}T10:00:00Z"
        return {
            "eventId": event_id,
            "eventName": name,
            "userId": user,
            "timestamp": at,
            "data": data,
        }

    bearer = {
        "entityType": "user",
        "entityId": "bearer",
        "updatedAt": "2024-01-01T00:00:00Z",
        "data": {"username": "asha"},
    }
    created = event("e", "post_created", "writer", postId="p")
    named = event("ee", "post_view", "reader", postId="p", postAuthor="asha")
    told = "select created_at::date::text from marts.users where user_ref = 'bearer'"
    land([bearer, created, named])
    build(dbt, database, *WITHOUT_TESTS)
    assert query(told) == [{"created_at": "2024-01-02"}]

    # From now on a user of the id that the event names is known.
    land([event("eee", "user_follow", "reader", targetUserId="asha")])
    build(dbt, database, *WITHOUT_TESTS)
    assert query(told) == [{"created_at": None}]
    assert_full_refresh_changes_nothing(dbt, database, query)


def test_the_session_time_zone_of_the_server_changes_no_number(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land(hostile_community.records(seed=103))
    build(dbt, database, *WITHOUT_TESTS)
    in_utc = every_row(query)
    _execute(database, f'alter database "{database.database}" set timezone to "Pacific/Auckland"')
    build(dbt, database, "--full-refresh", *WITHOUT_TESTS)

    for name, rows in every_row(query).items():
        assert_same(name, rows, in_utc[name])


def test_a_build_without_news_writes_nothing(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land(hostile_community.records(seed=104))
    build(dbt, database, *WITHOUT_TESTS)
    versions = "select id, xmin::text as version from marts.users order by id"
    before = query(versions)
    build(dbt, database, *WITHOUT_TESTS)

    assert query(versions) == before


def test_a_dashboard_keeps_reading_while_its_materialized_view_is_refreshed(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    made = hostile_community.records(seed=105)
    land(made[:130])
    build(dbt, database, *WITHOUT_TESTS)
    land(made[130:])
    with psycopg.connect(database.conninfo()) as reader:
        reader.execute("select * from metrics.active_users_daily")
        # The reader's transaction stays open: a refresh that locks readers out would wait for it.
        build(dbt, database, *WITHOUT_TESTS)

    assert_full_refresh_changes_nothing(dbt, database, query)
