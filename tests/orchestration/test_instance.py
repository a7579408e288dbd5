"""Dagster's instance: runs kept in the warehouse's own server, dead ones told from living ones."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import yaml
from dagster import DagsterInstance, DagsterRun, Definitions
from dagster._core.launcher import WorkerStatus
from dagster._core.utils import make_new_run_id
from dagster._serdes import serialize_value

from loaders.embedded import server
from loaders.settings import PROJECT_ROOT, Settings
from orchestration.instance.marks import FOLDER, KEPT_SECONDS, is_dead, mark_living
from orchestration.instance.run_launcher import WatchingRunLauncher
from orchestration.instance.storage import WarehouseStorage
from orchestration.state import dagster_home
from tests.servers import kill_server, open_to_all, settings_of

Open = Callable[[Settings], DagsterInstance]
MARK_AND_WAIT = """
import sys
from pathlib import Path
from orchestration.instance.marks import mark_living
mark_living(Path(sys.argv[1]), sys.argv[2])
print("marked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def open_instance(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open the instance as every process does: by its folder and the environment alone."""

    def opened(settings: Settings) -> DagsterInstance:
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        return DagsterInstance.from_config(str(dagster_home(settings)))

    return opened


@pytest.fixture
def own_server() -> Iterator[Settings]:
    """A server that may be killed, in a folder that its account may enter."""
    with open_to_all() as folder:
        settings = settings_of(folder / "home")
        yield settings
        server.down(settings)


def test_the_home_has_its_own_folders_in_the_instance(tmp_path: Path) -> None:
    settings = Settings.from_environment({"CHHIMEKI_HOME": str(tmp_path)})
    moved = yaml.safe_load((dagster_home(settings) / "dagster.yaml").read_text())
    original = yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text())
    assert ".chhimeki" not in str(moved)
    assert moved["telemetry"] == original["telemetry"] == {"enabled": False}
    assert moved["storage"] == original["storage"]
    assert Path(moved["compute_logs"]["config"]["base_dir"]).is_absolute()


def test_runs_are_kept_in_the_warehouse(database: Settings, open_instance: Open) -> None:
    run = DagsterRun(job_name="any", run_id=make_new_run_id())
    with open_instance(database) as instance:
        instance.add_run(run)
        with DagsterInstance.from_ref(instance.get_ref()) as of_a_child:
            assert of_a_child.get_run_by_id(run.run_id)
    with psycopg.connect(database.conninfo()) as connection:
        found = connection.execute("select run_id from dagster.runs").fetchall()
        elsewhere = connection.execute("select to_regclass('public.runs')").fetchone()
    assert found == [(run.run_id,)]
    assert elsewhere == (None,)


def test_no_password_is_written_or_handed_on(database: Settings, open_instance: Open) -> None:
    password = "none-of-your-business"  # noqa: S105
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute(f"create role keeper login superuser password '{password}'")
    try:
        keeper = replace(database, user="keeper", password=password)
        with open_instance(keeper) as instance:
            assert instance.get_runs_count() == 0
            # What the command lines of children and the folder hold.
            assert password not in serialize_value(instance.get_ref())
        written = (dagster_home(keeper) / "dagster.yaml").read_text()
        assert password not in written
    finally:
        with psycopg.connect(database.conninfo()) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'keeper'"
            )
            connection.execute("reassign owned by keeper to current_user")
            connection.execute("drop owned by keeper")
            connection.execute("drop role keeper")


def test_processes_that_begin_together_make_the_storage_once(database: Settings) -> None:
    begin = threading.Barrier(4)

    def make(_: int) -> WarehouseStorage:
        begin.wait()
        return WarehouseStorage(database, None)

    with ThreadPoolExecutor(4) as threads:
        assert len(list(threads.map(make, range(4)))) == 4


def test_a_killed_server_is_brought_up_by_who_connects(own_server: Settings) -> None:
    storage = WarehouseStorage(own_server, None).run_storage
    assert storage.get_runs_count() == 0
    kill_server(own_server)
    assert storage.get_runs_count() == 0


def test_a_run_is_dead_when_its_process_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHHIMEKI_HOME", str(tmp_path))
    run = DagsterRun(job_name="any", run_id=make_new_run_id())

    def health() -> WorkerStatus:
        return WatchingRunLauncher().check_run_worker_health(run).status

    assert WatchingRunLauncher().supports_check_run_worker_health
    assert health() is WorkerStatus.RUNNING, "it has not begun, or is another machine's"
    process = subprocess.Popen(
        [sys.executable, "-c", MARK_AND_WAIT, str(tmp_path), run.run_id],
        cwd=PROJECT_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout
        assert process.stdout.readline() == b"marked\n"
        assert health() is WorkerStatus.RUNNING
        process.kill()
    assert health() is WorkerStatus.FAILED


def test_a_run_that_begins_is_at_no_moment_dead(tmp_path: Path) -> None:
    ids = [make_new_run_id() for _ in range(200)]

    def begin() -> None:
        for one in ids:
            mark_living(tmp_path, one)

    begun = threading.Thread(target=begin)
    begun.start()
    while begun.is_alive():
        assert not [one for one in ids if is_dead(tmp_path, one)]
    assert len(list((tmp_path / FOLDER).iterdir())) == len(ids)


def test_marks_of_long_ago_are_removed(tmp_path: Path) -> None:
    mark_living(tmp_path, "old")
    mark_living(tmp_path, "recent")
    old = tmp_path / FOLDER / "old"
    os.utime(old, (old.stat().st_mtime - 2 * KEPT_SECONDS,) * 2)
    mark_living(tmp_path, "new")
    assert {mark.name for mark in old.parent.iterdir()} == {"recent", "new"}


def test_every_job_is_one_process(definitions: Definitions) -> None:
    # A run lives as long as the process that marked it: with a process a step, the first step's end
    # would look like the run's.
    jobs = definitions.resolve_all_job_defs()
    assert len(jobs) > 1, "with the one of the pages' button"
    assert {job.executor_def.name for job in jobs} == {"in_process"}


def test_one_run_of_a_pool_is_launched_at_a_time(database: Settings, open_instance: Open) -> None:
    with open_instance(database) as instance:
        config = instance.get_concurrency_config()
    assert config.pool_config.pool_granularity
    assert config.pool_config.pool_granularity.value == "run"
    assert config.pool_config.default_pool_limit == 1
