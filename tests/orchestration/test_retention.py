"""The job `retention`: what it removes, and that it runs by itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from dagster import DefaultScheduleStatus, Definitions, ScheduleDefinition

from loaders.pipeline import load
from loaders.settings import Settings
from tests.integration.conftest import write_ndjson


def test_the_job_removes_what_is_too_old_and_keeps_the_rest(
    definitions: Definitions, database: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)
    now = datetime.now(UTC)
    events = [
        {
            "eventId": f"of-{days}-days",
            "eventName": "page_view",
            "timestamp": (now - timedelta(days=days)).isoformat(),
            "metadata": {"city": "Pokhara"},
        }
        for days in (89, 91)
    ]
    load([str(write_ndjson(tmp_path / "events.jsonl", events))], database)

    assert definitions.resolve_job_def("retention").execute_in_process().success

    with psycopg.connect(database.conninfo()) as connection:
        left = connection.execute("select event_id from raw.events where metadata <> '{}'")
        assert left.fetchall() == [("of-89-days",)]


def test_it_runs_before_the_night_that_follows_it(definitions: Definitions) -> None:
    weekly, nightly = (definitions.get_schedule_def(name) for name in ("weekly", "nightly"))
    assert isinstance(weekly, ScheduleDefinition)
    assert isinstance(nightly, ScheduleDefinition)
    assert weekly.job_name == "retention"
    assert weekly.default_status is DefaultScheduleStatus.RUNNING
    hours = [str(one.cron_schedule).split()[:2] for one in (weekly, nightly)]
    assert hours == [["30", "1"], ["30", "2"]]
