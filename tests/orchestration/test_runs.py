"""The job on a real database: what passes, and what the gate keeps out."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from dagster import DagsterInstance, Definitions

from loaders.pipeline import load
from loaders.settings import Settings
from tests.orchestration.conftest import Run

COMMAND = (sys.executable, "-m", "orchestration.cli")


def event(number: int, **keys: Any) -> dict[str, Any]:
    return {
        "eventId": f"event {number}",
        "eventName": "page_view",
        "timestamp": f"2024-03-01T10:{number % 60:02}:00Z",
        "userId": f"user {number % 7}",
        "sessionId": f"session {number % 7}",
        "metadata": {"platform": "web"},
    } | keys


def landing_file(path: Path, lines: list[dict[str, Any] | str]) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n")
    return path


def relations(settings: Settings) -> int:
    """Number of tables and views outside the raw layer."""
    with psycopg.connect(settings.conninfo()) as connection:
        query = (
            "select count(*) from pg_class where relkind in ('r', 'p', 'v', 'm') and"
            " relnamespace::regnamespace::text in ('staging', 'marts', 'intermediate', 'metrics')"
        )
        return int(next(iter(connection.execute(query)))[0])


def test_a_corrupt_file_stops_at_the_gate(run: Run, database: Settings, tmp_path: Path) -> None:
    good = [event(number) for number in range(10)]
    report = run(landing_file(tmp_path / "bad.jsonl", [*good, *["{not json"] * 30]))
    failed = {check.name: check for check in report.checks if not check.passed}
    assert not report.healthy
    assert not failed["half_is_not_rejected"].warns
    assert failed["half_is_not_rejected"].observed == "reject_ratio is 0.75"
    assert failed["few_are_rejected"].warns
    assert {check.step for check in report.checks} == {"landing", "gate"}
    assert report.failures == ("Checking what landed stopped the run; nothing after it was done.",)
    assert report.built == 0
    assert relations(database) == 0


def test_a_build_of_what_landed_before_stops_at_the_gate_too(
    definitions: Definitions, database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)
    bad = landing_file(tmp_path / "bad.jsonl", [event(1), *["{not json"] * 3])
    load([str(bad)], database)
    job = definitions.resolve_job_def("build")
    with DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False)
    assert not result.success
    assert [one.step_key for one in result.get_step_failure_events()] == ["gate"]
    assert relations(database) == 0


def test_rows_written_past_the_loader_stop_at_the_gate(
    run: Run, database: Settings, tmp_path: Path
) -> None:
    path = landing_file(tmp_path / "good.jsonl", [event(number) for number in range(10)])
    subprocess.run(
        [*COMMAND, "load", str(path)],
        env=os.environ | database.environment(),
        check=True,
        capture_output=True,
    )
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute("update raw.events set \"timestamp\" = '1999-01-01Z'")
    report = run()
    failed = {check.name for check in report.checks if not check.passed and not check.warns}
    assert failed == {"timestamp_is_not_before_2000"}
    assert report.built == 0
    assert relations(database) == 0


def test_warnings_show_codes_and_no_person(run: Run, tmp_path: Path) -> None:
    unknown = [event(number, eventName="moon_walk") for number in range(100, 140)]
    nobody = [event(number, userId=None, sessionId=None) for number in range(200, 240)]
    rejected = ["{not json"] * 100  # so that nothing is built and the test is quick
    report = run(landing_file(tmp_path / "odd.jsonl", [*unknown, *nobody, *rejected]))
    shown = {check.name: check.observed for check in report.checks if not check.passed}
    assert shown["event_name_is_known"] == "moon_walk"
    assert shown["actor_is_present"] == "40 of 80 rows fail"
    assert not [text for text in shown.values() if "user" in text or "session" in text]


def test_a_refused_file_is_told_and_does_not_stop_the_others(run: Run, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(json.dumps(event(1)).encode())[:-9])
    report = run(cut, landing_file(tmp_path / "bad.jsonl", ["{not json"]))
    assert [file["status"] for file in report.files] == ["refused", "landed"]
    whole = next(check for check in report.checks if check.name == "files_are_whole")
    assert not whole.passed
    assert "cut.jsonl.gz" in whole.observed


def test_the_command_runs_everything(
    definitions: Definitions, database: Settings, tmp_path: Path
) -> None:
    assert definitions.jobs, "the project is parsed by now, so the command need not"
    environment = os.environ | database.environment() | {"COLUMNS": "120"}

    def chhimeki(*arguments: str) -> str:
        done = subprocess.run(
            [*COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    community = str(tmp_path / "community")
    files = chhimeki("simulate", "--out", community, "--users", "12", "--days", "3").splitlines()
    told = chhimeki("run", community)
    assert "The warehouse is built" in told
    assert all(Path(file).name in told for file in files)
    assert "marts.user_sessions" in told
    assert chhimeki("load", community).count("landed before, left alone") == len(files)
    assert "Nothing is new" in chhimeki("run", community)
    assert not list(database.home.glob("dbt/*-*")), "dbt left a folder of its run behind"
