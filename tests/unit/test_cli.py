"""The command line without a server: what it refuses, and the shape of what it prints."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import click.testing
import pytest

from loaders.errors import SettingsError
from loaders.pipeline import FileOutcome, LoadSummary, Status
from orchestration import loading
from orchestration.cli import main

Invoke = Callable[..., click.testing.Result]


@pytest.fixture
def invoke(tmp_path: Path) -> Invoke:
    def run(*arguments: str, **variables: str) -> click.testing.Result:
        environment = {"CHHIMEKI_HOME": str(tmp_path), "CHHIMEKI_PORT": "1"} | variables
        return click.testing.CliRunner().invoke(main, arguments, env=environment)

    return run


@pytest.mark.parametrize("command", ["load", "run"])
def test_a_path_that_names_nothing_is_one_line(invoke: Invoke, command: str) -> None:
    result = invoke(command, "/no/such/file")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("chhimeki: ")
    assert "/no/such/file" in result.stderr


def test_a_misspelt_setting_is_one_line_naming_the_nearest(invoke: Invoke) -> None:
    result = invoke("status", CHHIMEKI_PROT="1")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "CHHIMEKI_PROT" in result.stderr
    assert "CHHIMEKI_PORT" in result.stderr


@pytest.mark.parametrize("arguments", [("--debug", "status"), ("status", "--debug")])
def test_debug_lets_the_traceback_through(invoke: Invoke, arguments: tuple[str, ...]) -> None:
    result = invoke(*arguments, CHHIMEKI_PROT="1")
    assert isinstance(result.exception, SettingsError)


@pytest.mark.parametrize("arguments", [("nonsense",), ("load", "--x"), ("simulate", "--days", "0")])
def test_wrong_usage_is_exit_code_2(invoke: Invoke, arguments: tuple[str, ...]) -> None:
    assert invoke(*arguments).exit_code == 2


def test_a_server_that_is_down_is_exit_code_1(invoke: Invoke) -> None:
    result = invoke("status")
    assert result.exit_code == 1
    assert "chhimeki up" in result.stdout


def test_a_given_server_is_not_stopped(invoke: Invoke) -> None:
    result = invoke("down", PGHOST="db.example.org", PGUSER="ana")
    assert result.exit_code == 1
    assert "db.example.org" in result.stderr


def test_env_prints_exports_that_a_shell_reads(invoke: Invoke, tmp_path: Path) -> None:
    home = tmp_path / "a home"
    lines = invoke("env", CHHIMEKI_HOME=str(home), CHHIMEKI_PORT="54400").stdout.splitlines()
    exported = {}
    for line in lines:
        export, assignment = shlex.split(line)
        assert export == "export"
        name, _, value = assignment.partition("=")
        exported[name] = value
    assert exported["PGHOST"] == "127.0.0.1"
    assert exported["PGPORT"] == "54400"
    assert {"PGUSER", "PGPASSWORD", "PGDATABASE", "PATH"} <= exported.keys()
    assert exported["CHHIMEKI_HOME"] == str(home)
    assert exported["DAGSTER_HOME"] == str(home / "dagster")


SUMMARY = LoadSummary(
    files=(
        FileOutcome("a.jsonl", Status.LANDED, 4, 10, 7, 2, 1, 0.5),
        FileOutcome("b.jsonl", Status.ALREADY_LANDED, 3, 0, 0, 0, 0, 0.1),
        FileOutcome("c.jsonl", Status.REFUSED, None, 0, 0, 0, 0, 0.1, "c.jsonl: cut; get it anew."),
    )
)


def test_the_json_summary_adds_up() -> None:
    told = json.loads(loading.as_json(SUMMARY))
    files = told.pop("files")
    assert told == {
        "records_read": 10,
        "events_landed": 7,
        "entities_landed": 2,
        "records_rejected": 1,
        "files_refused": 1,
    }
    assert [file["status"] for file in files] == ["landed", "already_landed", "refused"]
    assert files[0]["load_id"] == 4
    assert files[2]["reason"] == "c.jsonl: cut; get it anew."


def test_people_are_told_one_line_a_file() -> None:
    assert loading.told(loading.facts(SUMMARY)) == [
        "a.jsonl: 7 events, 2 entities, 1 rejected of 10 records",
        "b.jsonl: landed before, left alone",
        "c.jsonl: refused: c.jsonl: cut; get it anew.",
    ]
