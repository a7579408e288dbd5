"""The production layout as its list says, and what it survives.

The tests are one story on one layout, in order: it answers, runs are killed, the server is killed,
and after all that a file that is dropped brings the marts up to date by itself. No test waits for
a time, only for what it wants to see.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from loaders.embedded import server
from loaders.settings import PROJECT_ROOT, Settings
from orchestration.warehouse import BUILD_LOCK, WAIT_FOR_LOCK
from tests.faults.commands import WAITING_TO_BUILD
from tests.orchestration.test_runs import event, landing_file
from tests.production.layout import Layout, commands
from tests.servers import kill_server

COMMAND = [sys.executable, "-m", "orchestration.cli"]
# Some of the models of a first build are there, and some are not.
HALF_BUILT = "select from pg_tables where schemaname = 'intermediate' offset 10"
EVENTS = "select event_ref from marts.events"


def rows(settings: Settings, query: str) -> list[Any]:
    """Ask the server; nothing where it is down, or what is asked for is not there yet."""
    try:
        with psycopg.connect(settings.conninfo()) as connection:
            return connection.execute(query).fetchall()
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
        return []


def drop(layout: Layout, name: str, number: int) -> None:
    """Put a file into the landing folder as its writers should."""
    folder = layout.settings.landing
    landing_file(folder / f".{name}", [event(number)]).rename(folder / name)


def runs(layout: Layout, *statuses: str) -> set[str]:
    """Ids of the runs of a status, as the webserver tells them."""
    filter_ = f"filter: {{ statuses: [{', '.join(statuses)}] }}"
    told = layout.ask(f"{{ runsOrError({filter_}) {{ ... on Runs {{ results {{ runId }} }} }} }}")
    return {run["runId"] for run in told.get("runsOrError", {}).get("results", [])}


@contextmanager
def no_build(settings: Settings) -> Iterator[None]:
    """Let every build wait, so that a run is surely in progress when it is killed."""
    with psycopg.connect(settings.conninfo(), autocommit=True) as connection:
        connection.execute(WAIT_FOR_LOCK, [BUILD_LOCK])
        yield


def test_the_webserver_tells_jobs_and_assets(layout: Layout) -> None:
    query = """
        {
            version
            repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } } } }
            assetsOrError { ... on AssetConnection { nodes { key { path } } } }
        }
    """

    def told() -> dict[str, Any]:
        answer = layout.ask(query)
        return answer if answer.get("repositoriesOrError", {}).get("nodes") else {}

    answer = layout.until(told, "the webserver tells the graph")
    assert answer["version"]
    assert answer["repositoriesOrError"]["nodes"][0]["jobs"]
    keys = [node["key"]["path"] for node in answer["assetsOrError"]["nodes"]]
    assert ["raw", "events"] in keys
    assert ["marts", "events"] in keys


def test_what_listens_listens_on_this_machine_only() -> None:
    listening = {name: command for name, command in commands().items() if name != "daemon"}
    for command in listening.values():
        assert command[command.index("--host") + 1] == "127.0.0.1"


def test_a_killed_run_is_told_as_failed_and_a_living_one_is_not(layout: Layout) -> None:
    def waiting(builds: int) -> bool:
        return len(rows(layout.settings, WAITING_TO_BUILD)) == builds

    layout.until(lambda: rows(layout.settings, "select 1"), "the server is up")
    with no_build(layout.settings):
        drop(layout, "launched.jsonl", 1)
        layout.until(lambda: waiting(1), "the sensor has a run launched, which waits")
        launched = runs(layout, "STARTED")
        by_hand = landing_file(layout.logs / "by_hand.jsonl", [event(2)])
        layout.start("by_hand", [*COMMAND, "run", str(by_hand)])
        layout.until(lambda: waiting(2), "the run of the command line waits, too")

        layout.kill("by_hand")
        layout.until(lambda: runs(layout, "FAILURE"), "the run by hand is told as failed")
        assert runs(layout, "STARTED") == launched
        # With the process that would otherwise tell of the run's end.
        layout.kill("code")
        layout.start("code", commands()["code"])
        layout.until(lambda: runs(layout, "FAILURE") >= launched, "so is the one launched")


def test_a_run_whose_server_is_killed_ends_and_the_server_comes_back(layout: Layout) -> None:
    drop(layout, "half.jsonl", 3)
    layout.until(lambda: rows(layout.settings, HALF_BUILT), "a build is under way")
    started = layout.until(lambda: runs(layout, "STARTED"), "its run is told")
    kill_server(layout.settings)
    # Either: its step is tried again, unless the run was telling something just then.
    layout.until(lambda: runs(layout, "SUCCESS", "FAILURE") >= started, "the run has ended")
    assert layout.processes["daemon"].poll() is None
    assert layout.processes["code"].poll() is None


def test_a_dropped_file_is_in_the_marts_without_a_hand_on_it(layout: Layout) -> None:
    assert len(rows(layout.settings, EVENTS)) < 4
    drop(layout, "whole.jsonl", 4)
    layout.until(lambda: len(rows(layout.settings, EVENTS)) == 4, "every file is in the marts")


def test_dagster_dev_without_configuration_shows_those_runs(layout: Layout) -> None:
    ended = layout.until(lambda: runs(layout, "SUCCESS"), "the run that filled them has ended")
    for name in commands():
        layout.kill(name)
    server.down(layout.settings)
    # A project's root of its own, as Dagster's files are looked for where it is started.
    for name in ("dagster.yaml", "pyproject.toml"):
        (layout.logs / name).symlink_to(PROJECT_ROOT / name)
    del layout.environment["DAGSTER_HOME"]
    port = layout.environment["DAGSTER_WEBSERVER_PORT"]
    layout.start("dev", ["dagster", "dev", "--port", port], folder=layout.logs)
    layout.until(lambda: runs(layout, "SUCCESS") >= ended, "the pages show what has run")
