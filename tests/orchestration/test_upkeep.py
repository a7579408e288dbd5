"""What is done at night beside building: tidy tables, a short history of runs."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from dagster import (
    AssetCheckKey,
    AssetKey,
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
)
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationPlanned,
)
from dagster._core.utils import make_new_run_id

from loaders.settings import Settings
from orchestration.maintenance import RUNS_KEPT, forget_old_runs, tidy_tables
from orchestration.relations import column_schema, row_count
from orchestration.state import dagster_home

DEAD_ROWS = """
    create schema marts;
    create table marts.crowded (number integer);
    create table marts.parted (number integer) partition by list (number);
    create table marts.part partition of marts.parted for values in (1);
    insert into marts.crowded select generate_series(1, 1000);
    insert into marts.parted select 1 from generate_series(1, 10);
    delete from marts.crowded where number > 10
"""
KNOWN_ROWS = "select reltuples::integer from pg_class where oid = to_regclass(%s)"


def _run(status: DagsterRunStatus) -> DagsterRun:
    return DagsterRun(job_name="build", run_id=make_new_run_id(), status=status)


def test_tables_are_vacuumed_and_the_planner_knows_partitioned_ones(database: Settings) -> None:
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        for statement in DEAD_ROWS.split(";"):
            connection.execute(statement.encode())
        # What this session did is told to the server's statistics at the latest when it ends.
    assert tidy_tables(database) >= 2
    with psycopg.connect(database.conninfo()) as connection:
        for name, rows in (("marts.crowded", 10), ("marts.parted", 10)):
            assert next(iter(connection.execute(KNOWN_ROWS, [name])))[0] == rows
        assert row_count(connection, "marts", "crowded") == {"dagster/row_count": 10}
        assert row_count(connection, "marts", "parted") == {"dagster/row_count": 10}


def test_what_has_not_changed_is_left_alone(database: Settings) -> None:
    tidy_tables(database)
    assert tidy_tables(database) == 0


def test_columns_are_described_as_the_server_has_them(database: Settings) -> None:
    with psycopg.connect(database.conninfo()) as connection:
        described = column_schema(connection, "raw", "events")["dagster/column_schema"]
        assert row_count(connection, "raw", "open_rejects") == {}
    columns = {column.name: column for column in described.columns}
    assert columns["event_id"].type == "text"
    assert columns["event_id"].description.startswith("eventId: the id")
    assert not columns["event_id"].constraints.nullable
    assert columns["user_id"].constraints.nullable


def test_only_runs_that_ended_long_ago_are_forgotten(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)
    check = AssetCheckKey(AssetKey(["marts", "users"]), "a_check")
    with DagsterInstance.from_config(str(dagster_home(database))) as instance:
        ended, living = _run(DagsterRunStatus.FAILURE), _run(DagsterRunStatus.STARTED)
        for run in (ended, living):
            instance.add_run(run)
            instance.report_dagster_event(_planned(check), run.run_id)
        now = datetime.now(UTC)
        assert forget_old_runs(instance, database, now + RUNS_KEPT - timedelta(days=1)) == 0
        assert len(_executions(instance, check)) == 2
        assert forget_old_runs(instance, database, now + RUNS_KEPT + timedelta(days=1)) == 1
        assert [run.run_id for run in instance.get_runs()] == [living.run_id]
        assert _executions(instance, check) == [living.run_id]


def _planned(check: AssetCheckKey) -> DagsterEvent:
    """The event that begins an execution of a check."""
    kind = DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
    plan = AssetCheckEvaluationPlanned(asset_key=check.asset_key, check_name=check.name)
    return DagsterEvent(kind.value, job_name="build", event_specific_data=plan)


def _executions(instance: DagsterInstance, check: AssetCheckKey) -> list[str]:
    history = instance.event_log_storage.get_asset_check_execution_history(check, limit=10)
    return [record.run_id for record in history]
