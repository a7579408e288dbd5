"""What is wrong, found in a real instance and a real warehouse, under a key that lasts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from dagster import DagsterInstance

from expectations.rules import Severity
from loaders.errors import LoadError
from loaders.pipeline import load
from loaders.settings import Settings
from orchestration.alerts.causes import Cause, Kind
from orchestration.alerts.checks import failing_checks
from orchestration.alerts.freshness import last_landing, stale_source
from orchestration.alerts.runs import failed_runs
from orchestration.alerts.watching import View, look
from tests.orchestration.alert_worlds import JOB, QUIET, World, instance_in
from tests.orchestration.test_runs import event, landing_file

DAY = timedelta(days=1)


@pytest.fixture
def world() -> Iterator[World]:
    """A job whose runs are kept in memory."""
    with DagsterInstance.ephemeral(settings=QUIET) as instance:
        yield World(instance)


@pytest.fixture
def stored(database: Settings, tmp_path: Path) -> Iterator[World]:
    """A job whose runs are kept in the warehouse's database, where failing checks are read."""
    with instance_in(database, str(tmp_path)) as instance:
        yield World(instance)


@pytest.fixture
def connection(database: Settings) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.conninfo(), autocommit=True) as opened:
        yield opened


def runs(stored: World) -> list[Cause]:
    return failed_runs(stored.instance, [JOB], checks_are_told=True)


def checks(connection: psycopg.Connection) -> list[Cause]:
    return [check.cause() for check in failing_checks(connection)]


def test_a_job_that_has_failed_is_one_cause_a_reason_until_it_succeeds(world: World) -> None:
    assert runs(world) == []
    world.error = LoadError("PostgreSQL at 127.0.0.1:1 is gone after 17 rows; start it.")
    world.run()
    (first,) = runs(world)
    assert first.kind is Kind.FAILED_RUN
    assert first.severity is Severity.CRITICAL
    assert first.text == (
        "a run of build failed: PostgreSQL at 127.0.0.1:1 is gone after 17 rows; start it."
    )
    # What differs in its numbers only is the same reason.
    world.error = LoadError("PostgreSQL at 127.0.0.1:1 is gone after 4 rows; start it.")
    world.run()
    assert [one.key for one in runs(world)] == [first.key]
    world.error = LoadError("The disk is full.")
    world.run()
    assert {one.key for one in runs(world)} > {first.key}
    assert len(runs(world)) == 2
    world.error = None
    world.run()
    assert runs(world) == []
    world.error = LoadError("PostgreSQL at 127.0.0.1:1 is gone after 17 rows; start it.")
    world.run()
    assert [one.key for one in runs(world)] != [first.key]


def test_what_fails_in_a_job_that_is_no_more_is_past(world: World) -> None:
    world.error = LoadError("The disk is full.")
    world.run()
    assert failed_runs(world.instance, ["another"], checks_are_told=True) == []


def test_a_failed_run_shows_no_value_of_a_row(world: World) -> None:
    world.error = ValueError(
        'invalid input syntax for type uuid: "asha@example.org"\n'
        "DETAIL: Key (email)=(asha@example.org) already exists."
    )
    world.run()
    (cause,) = runs(world)
    assert cause.text == "a run of build failed: invalid input syntax for type uuid: …"


def test_a_run_that_was_ended_from_outside_says_why(world: World) -> None:
    job = world.definitions.resolve_job_def(JOB)
    run = world.instance.create_run_for_job(job)
    world.instance.report_run_failed(run, "The run's process was killed.")
    (cause,) = runs(world)
    assert cause.text == "a run of build failed: The run's process was killed."


def test_a_run_that_a_check_has_stopped_is_told_by_the_check_alone(
    stored: World, connection: psycopg.Connection
) -> None:
    stored.blocks = False
    assert not stored.run().success
    assert runs(stored) == []
    assert [one.severity for one in checks(connection)] == [Severity.CRITICAL]
    # Where no check is told, the run is.
    assert len(failed_runs(stored.instance, [JOB], checks_are_told=False)) == 1


@pytest.mark.parametrize(
    ("failures", "told"),
    [
        ("Failure in test ages_are_likely (x.yml)", 0),
        ("Failure in test ages_are_likely (x.yml) Failure in test sums_agree (y.sql)", 1),
        ("Failure in test ages_are_likely (x.yml) Database Error in model users (u.sql)", 1),
    ],
)
def test_a_build_is_told_unless_all_that_failed_in_it_are_checks(
    world: World, failures: str, told: int
) -> None:
    world.warns = False
    world.error = RuntimeError(f"dbt failed. Errors parsed from dbt logs: {failures}")
    world.run()
    assert len(runs(world)) == told


def test_a_failing_check_is_one_cause_until_it_passes(
    stored: World, connection: psycopg.Connection
) -> None:
    stored.run()
    assert checks(connection) == []
    stored.warns = False
    stored.run()
    (first,) = checks(connection)
    assert first.kind is Kind.FAILING_CHECK
    assert first.severity is Severity.WARNING
    assert first.text == "marts/users ages_are_likely fails: 3 failing rows."
    stored.run()
    assert [one.key for one in checks(connection)] == [first.key]
    # Passed and failed again, with no look in between: another cause, from then on.
    connection.execute(
        "update dagster.asset_check_executions"
        " set evaluation_event_timestamp = evaluation_event_timestamp - interval '1 day'"
    )
    stored.warns = True
    stored.run()
    assert checks(connection) == []
    stored.warns = False
    stored.run()
    (again,) = failing_checks(connection)
    assert again.cause().key != first.key
    assert datetime.now(UTC) - again.since < timedelta(hours=1)


def test_a_check_fails_since_its_first_failure_whatever_is_planned(
    stored: World, connection: psycopg.Connection
) -> None:
    stored.warns = False
    stored.run()
    (first,) = failing_checks(connection)
    stored.run()
    # A run in progress, or one that was killed: its checks are planned and not evaluated.
    planned = "update dagster.asset_check_executions set execution_status = 'PLANNED'"
    connection.execute(planned + " where id = (select max(id) from dagster.asset_check_executions)")
    assert [check.since for check in failing_checks(connection)] == [first.since]


def test_a_check_that_is_no_longer_judged_is_forgotten_and_no_other(
    stored: World, connection: psycopg.Connection
) -> None:
    stored.warns = False
    stored.run()
    connection.execute(
        "update dagster.asset_check_executions"
        " set evaluation_event_timestamp = evaluation_event_timestamp - interval '8 days'"
    )
    (first,) = checks(connection)
    stored.run()
    # The same cause, though it began before the week that is looked at.
    assert [one.key for one in checks(connection)] == [first.key]
    (check,) = failing_checks(connection)
    assert datetime.now(UTC) - check.since > timedelta(days=8)
    gone = "delete from dagster.asset_check_executions where check_name = 'ages_are_likely'"
    connection.execute(f"{gone} and id > 2")
    assert checks(connection) == []


def test_no_sample_of_failing_rows_is_told(stored: World, connection: psycopg.Connection) -> None:
    stored.blocks = False
    stored.run()
    assert [one.text for one in checks(connection)] == [
        "marts/users rows_are_there fails: 0 rows. Nobody is there."
    ]


def test_a_source_is_stale_from_the_limit_on_and_until_a_file_lands(
    database: Settings, connection: psycopg.Connection, tmp_path: Path
) -> None:
    assert stale_source(last_landing(connection), timedelta(0)) == []
    load([str(landing_file(tmp_path / "a.jsonl", [event(1)]))], database)
    assert stale_source(last_landing(connection), DAY) == []
    connection.execute("update raw.loads set landed_at = landed_at - interval '25 hours'")
    (first,) = stale_source(last_landing(connection), DAY)
    assert first.severity is Severity.CRITICAL
    assert "more than 24 hours" in first.text
    assert [one.key for one in stale_source(last_landing(connection), DAY / 2)] == [first.key]
    load([str(landing_file(tmp_path / "b.jsonl", [event(2)]))], database)
    assert stale_source(last_landing(connection), DAY) == []
    # A replay of old records is no sign of the source.
    replay = "update raw.loads set replays_load_id = %s where replays_load_id is null"
    with connection.transaction(force_rollback=True):
        connection.execute(f"{replay} and landed_at > now() - interval '1 hour'", [1])
        assert [one.key for one in stale_source(last_landing(connection), DAY)] == [first.key]
    connection.execute("update raw.loads set landed_at = landed_at - interval '25 hours'")
    (again,) = stale_source(last_landing(connection), DAY)
    assert again.key != first.key


def test_an_anomaly_is_one_cause_a_metric_and_a_direction(
    world: World, connection: psycopg.Connection
) -> None:
    view = View(world.instance, [JOB], DAY)
    assert Kind.ANOMALY not in look(connection, view)
    connection.execute("create schema metrics")
    connection.execute(
        "create table metrics.anomalies as select * from (values"
        " (date '2024-03-01', 'dau', 12.0, 340.0, -5.21, true),"
        " (date '2024-03-01', 'errors', 3.0, 3.0, 0.0, false))"
        " as rows (date, metric, value, median, robust_z, is_anomaly)"
    )
    (first,) = look(connection, view)[Kind.ANOMALY]
    assert first.text == (
        "dau was 12 on 2024-03-01, far below its median of 340 (robust z-score -5.2)"
    )
    connection.execute("update metrics.anomalies set date = date + 1, value = 13")
    assert [one.key for one in look(connection, view)[Kind.ANOMALY]] == [first.key]
    connection.execute("update metrics.anomalies set robust_z = -robust_z")
    assert [one.key for one in look(connection, view)[Kind.ANOMALY]] != [first.key]
