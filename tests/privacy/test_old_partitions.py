"""Retention drops old partitions of schema raw, and nothing that the models are made of."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from loaders.settings import Settings
from privacy.retention import Finding, Policies, apply, find, load_policies
from tests.dbt_in_process import DbtInProcess
from tests.integration import hostile_community
from tests.integration.conftest import Land, Query
from tests.integration.marts import (
    alone,
    assert_equals_oracle,
    build,
)

Connection = psycopg.Connection[Any]
RECONCILIATION = "assert_records_read_equal_landed_and_rejected"
WITHOUT_TESTS = ("--exclude-resource-type", "test")
# Two months' ends later, whatever today is.
LATER = datetime.now(UTC) + timedelta(days=62)
PAGE = {"eventName": "page_view", "timestamp": "2024-03-02T10:00:00Z"}


@pytest.fixture
def policies() -> Policies:
    """Only partitions are old."""
    read = load_policies()
    return replace(
        read,
        context=replace(read.context, keys=[], after_days=10_000),
        partitions=replace(read.partitions, after_months=1),
    )


@pytest.fixture
def drop(connection: Connection, policies: Policies) -> Callable[[], list[Finding]]:
    """Apply the policies two months later."""
    return lambda: apply(connection, policies, LATER)


def user(updated_at: str, **data: Any) -> dict[str, Any]:
    return {"entityType": "user", "entityId": "u1", "updatedAt": updated_at, "data": data}


def test_what_no_model_reads_goes_and_is_counted(
    database: Settings,
    connection: Connection,
    policies: Policies,
    dbt: DbtInProcess,
    land: Land,
    query: Query,
) -> None:
    land(
        [
            {"eventId": "e1", **PAGE, "metadata": {"os": "BSD", "beta": "x"}, "shard": 3},
            {"eventId": "e1", **PAGE, "data": {"title": "again"}},
            user("2024-01-02T00:00:00Z", role="admin") | {"shard": 3},
            user("2024-01-01T00:00:00Z", role="free"),
        ]
    )
    land([{"eventId": "e1", **PAGE, "data": {"title": "a third time"}}])
    build(dbt, database, *alone("events", "users"))
    land([{"eventId": "e1", **PAGE, "shard": "not built yet"}])

    went = {one.table.rsplit("_", 1)[0]: one.rows for one in apply(connection, policies, LATER)}

    assert went == {"raw.events": 4, "raw.entities": 2}
    events = query("select load_id, data, metadata, other from raw.events order by load_id")
    assert [tuple(row.values())[1:] for row in events] == [
        ({}, {"os": "BSD"}, None),
        ({}, {}, None),
    ]
    assert query("select data, other from raw.entities") == [
        {"data": {"role": "admin"}, "other": None}
    ]
    dropped = query("select events_dropped, entities_dropped from raw.loads order by load_id")
    assert [tuple(row.values()) for row in dropped] == [(1, 1), (1, 0), (0, 0)]
    assert find(connection, policies, LATER) == []


def test_models_go_on_as_if_nothing_had_gone(
    database: Settings,
    drop: Callable[[], list[Finding]],
    dbt: DbtInProcess,
    land: Land,
    query: Query,
    tmp_path: Path,
) -> None:
    made = hostile_community.records(seed=8)
    land(made[:200])
    build(dbt, database, *WITHOUT_TESTS)

    assert drop()
    # Duplicates of what has gone are among them, and consent withdrawn for it.
    land(made)
    for refresh in ((), ("--full-refresh",)):
        build(dbt, database, *WITHOUT_TESTS, *refresh)
        assert_equals_oracle(query, sorted(tmp_path.glob("landing_*.jsonl")))
    assert dbt.invoke(database, "test", "--select", RECONCILIATION).success


def test_months_that_are_not_old_stay_and_all_do_while_nothing_is_built(
    database: Settings,
    connection: Connection,
    policies: Policies,
    dbt: DbtInProcess,
    land: Land,
) -> None:
    land([{"eventId": "e1", **PAGE}, {"eventId": "e1", **PAGE}])

    assert find(connection, policies, LATER) == []
    build(dbt, database, *alone("events"))
    assert len(find(connection, policies, LATER)) == 1
    assert find(connection, policies, datetime.now(UTC) + timedelta(days=20)) == []


def test_a_partition_made_anew_belongs_to_whom_it_belonged(
    database: Settings,
    connection: Connection,
    drop: Callable[[], list[Finding]],
    dbt: DbtInProcess,
    land: Land,
    query: Query,
) -> None:
    land([{"eventId": "e1", **PAGE}, {"eventId": "e1", **PAGE}])
    build(dbt, database, *alone("events"))
    connection.execute("create role keeper; alter table raw.events owner to keeper")
    try:
        drop()

        partitions = "select tableowner from pg_tables where tablename ~ '^events_[0-9]{6}$'"
        assert query(f"{partitions} and schemaname = 'raw'") == [{"tableowner": "keeper"}]
    finally:
        connection.execute("reassign owned by keeper to current_user; drop role keeper")
