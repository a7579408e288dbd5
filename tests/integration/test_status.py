"""`chhimeki status`: what an operator learns at a glance."""

import dataclasses
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from expectations.rules import Severity
from loaders import landing_folder
from loaders.settings import Settings
from orchestration.alerts import ledger
from orchestration.alerts.causes import Cause, Kind
from orchestration.status import age, status_lines
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Land
from tests.integration.marts import alone, build
from tests.orchestration.alert_worlds import World, instance_in

EVENT = {
    "eventId": "e1",
    "eventName": "page_view",
    "userId": "asha",
    "timestamp": "2024-01-01T10:00:00Z",
}


def line(lines: list[str], beginning: str) -> str:
    """The line that begins so; there is one."""
    (found,) = [one for one in lines if one.startswith(beginning)]
    return found


def test_an_operator_sees_what_landed_what_stands_and_what_is_not_built(
    database: Settings, dbt: DbtInProcess, land: Land
) -> None:
    land([EVENT, b"broken"])
    lines = status_lines(database)
    assert "1 events landed in 1 loads" in lines
    assert "1 records stand rejected; `chhimeki rejects` lists them" in lines
    assert not any(line.startswith(("last build", "newest event")) for line in lines)

    build(dbt, database, *alone("active_users_daily"))
    lines = status_lines(database)
    assert line(lines, "last build").endswith("UTC, a minute ago, events up to 2024-01-01")
    assert line(lines, "newest event").startswith("newest event at 2024-01-01 10:00 UTC, ")

    land([EVENT | {"eventId": "e2"}])
    assert "1 loads have landed since; `chhimeki build` builds them" in status_lines(database)


def test_an_operator_sees_whether_files_have_stopped_coming(
    database: Settings, land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not any(line.startswith("last load") for line in status_lines(database))
    land([EVENT])
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute("update raw.loads set landed_at = landed_at - interval '40 hours'")
    assert line(status_lines(database), "last load").endswith("40 hours ago, stale: over 36 hours")
    monkeypatch.setenv("CHHIMEKI_STALE_HOURS", "48")
    assert line(status_lines(database), "last load").endswith("40 hours ago")


def test_an_operator_sees_what_fails_and_what_is_open(database: Settings, tmp_path: Path) -> None:
    with instance_in(database, str(tmp_path)) as instance:
        world = World(instance, blocks=False, warns=False)
        world.run()
        assert status_lines(database)[-3:] == [
            "2 checks fail",
            "  ! marts/users ages_are_likely, for a minute",
            "  ✗ marts/users rows_are_there, for a minute",
        ]
        World(instance).run()
        assert not any("fail" in line for line in status_lines(database))
    full = Cause("run:full", Kind.FAILED_RUN, Severity.CRITICAL, "a run of build failed: full")
    old = Cause("check:old", Kind.FAILING_CHECK, Severity.WARNING, "old")
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        ledger.prepare(connection)
        ledger.reconcile(
            connection, lambda: {Kind.FAILED_RUN: [full], Kind.FAILING_CHECK: [old]}, []
        )
        connection.execute("update operations.alerts set opened_at = now() - interval '3 hours'")
    # A failing check has a line of its own as long as it fails.
    assert status_lines(database)[-2:] == [
        "2 alerts are open",
        "  ✗ a run of build failed: full, for 3 hours",
    ]


def test_many_of_a_kind_leave_the_rest_in_sight(database: Settings) -> None:
    causes = [
        Cause(f"run:{number}", Kind.FAILED_RUN, Severity.CRITICAL, "full") for number in range(13)
    ]
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        ledger.prepare(connection)
        ledger.reconcile(connection, lambda: {Kind.FAILED_RUN: causes}, [])
    lines = status_lines(database)
    assert lines[-12] == "13 alerts are open"
    assert lines[-1] == "  … and 3 more"


def test_files_that_wait_are_counted(
    database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing_folder, "SETTLE_SECONDS", 0)
    here = dataclasses.replace(database, landing=tmp_path)
    assert not any("wait in" in line for line in status_lines(here))
    (tmp_path / "new.jsonl").write_text("{}\n")
    assert f"1 files wait in {tmp_path}" in status_lines(here)


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=-5), "a minute"),
        (timedelta(seconds=119), "a minute"),
        (timedelta(minutes=2), "2 minutes"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(hours=47.5), "47 hours"),
        (timedelta(days=1000), "1,000 days"),
    ],
)
def test_ages_are_told_roughly(passed: timedelta, said: str) -> None:
    assert age(datetime.now(UTC) - passed - timedelta(milliseconds=1)) == said


def test_status_waits_for_neither_dagster_nor_dbt() -> None:
    loaded = "import sys, orchestration.cli, orchestration.status; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    assert not {"dagster", "dbt", "great_expectations", "pandas"} & set(done.stdout.split())
