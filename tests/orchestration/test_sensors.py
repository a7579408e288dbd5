"""The sensors: when each asks for a run, and what that run does."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from dagster import (
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    DefaultSensorStatus,
    Definitions,
    RunRequest,
    SkipReason,
    build_sensor_context,
)
from dagster._core.utils import make_new_run_id

from loaders import landing_folder
from loaders.pipeline import load
from loaders.settings import Settings
from orchestration.defs import sensors
from tests.dbt_in_process import DbtInProcess
from tests.integration.marts import alone, build
from tests.orchestration.test_runs import event, landing_file

NOW = 1_800_000_000.0


def at(moment: float, patch: pytest.MonkeyPatch) -> None:
    """Stop the sensor's clock, and no other."""
    patch.setattr(sensors, "time", SimpleNamespace(time=lambda: moment))


@pytest.fixture
def folder(database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The landing folder that the environment names; its files need not settle, time stands."""
    monkeypatch.setattr(landing_folder, "SETTLE_SECONDS", 0)
    at(NOW, monkeypatch)
    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "landing"
    monkeypatch.setenv("CHHIMEKI_LANDING", str(folder))
    landing_folder.prepare(folder)
    return folder


@pytest.fixture
def instance() -> DagsterInstance:
    return DagsterInstance.ephemeral()


def tick(instance: DagsterInstance) -> RunRequest | SkipReason:
    asked = sensors.landing_folder(build_sensor_context(instance=instance))
    assert isinstance(asked, RunRequest | SkipReason)
    return asked


def key(instance: DagsterInstance) -> str:
    asked = tick(instance)
    assert isinstance(asked, RunRequest)
    assert asked.run_key
    return asked.run_key


def why_not(instance: DagsterInstance) -> str:
    asked = tick(instance)
    assert isinstance(asked, SkipReason)
    return str(asked.skip_message)


def test_the_sensor_watches_unasked(definitions: Definitions) -> None:
    sensor = definitions.get_sensor_def("landing_folder")
    assert sensor.default_status is DefaultSensorStatus.RUNNING
    assert sensor.job_name == "ingest"


def test_nothing_is_asked_for_when_nothing_waits(folder: Path, instance: DagsterInstance) -> None:
    assert why_not(instance) == f"nothing waits in {folder}"
    folder.rmdir()
    assert why_not(instance) == f"nothing waits in {folder}"


def test_one_set_of_files_is_one_run(folder: Path, instance: DagsterInstance) -> None:
    path = landing_file(folder / "a.jsonl", [event(1)])
    keys = [key(instance), key(instance)]
    landing_file(folder / "b.jsonl", [event(2)])
    keys += [key(instance), key(instance)]
    landing_file(path, [event(1), event(3)])
    keys += [key(instance), key(instance)]
    assert keys[0::2] == keys[1::2]
    assert len(set(keys)) == 3


def test_files_that_a_run_left_are_asked_for_again_after_a_pause(
    folder: Path, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing_file(folder / "a.jsonl", [event(1)])
    before = key(instance)
    tags = {"dagster/run_key": before}
    failed = DagsterRunStatus.FAILURE
    instance.add_run(
        DagsterRun(job_name="ingest", run_id=make_new_run_id(), status=failed, tags=tags)
    )
    assert why_not(instance).startswith(f"1 wait in {folder} where a run left them")
    at(NOW + sensors.RETRY_SECONDS, monkeypatch)
    assert key(instance) != before


# A queued run cannot be made by hand: it needs a code location to be loaded from.
@pytest.mark.parametrize(
    "status", [one for one in sensors.UNFINISHED if one is not DagsterRunStatus.QUEUED]
)
def test_no_run_is_queued_behind_another(
    folder: Path, instance: DagsterInstance, status: DagsterRunStatus
) -> None:
    landing_file(folder / "a.jsonl", [event(1)])
    run = DagsterRun(job_name="ingest", run_id=make_new_run_id(), status=status)
    instance.add_run(run)
    assert why_not(instance) == f"1 wait in {folder} until the run in progress has ended"
    instance.delete_run(run.run_id)
    instance.add_run(run.with_status(DagsterRunStatus.SUCCESS))
    assert key(instance)


def test_the_run_asked_for_lands_the_folder(
    definitions: Definitions, folder: Path, instance: DagsterInstance
) -> None:
    landing_file(folder / "a.jsonl", [event(1), event(2)])
    (folder / "b.jsonl.gz").write_bytes(b"\x1f\x8bcut")
    asked = tick(instance)
    assert isinstance(asked, RunRequest)
    job = definitions.resolve_job_def("ingest")
    result = job.execute_in_process(run_config=asked.run_config, instance=instance)
    assert result.success
    assert [one.check_name for one in result.get_asset_check_evaluations() if not one.passed] == [
        "files_are_whole"
    ]
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*")) == [
        "done/a.jsonl",
        "refused/b.jsonl.gz",
        "refused/b.jsonl.gz.reason.txt",
    ]
    assert why_not(instance).startswith("nothing waits")


# --- loads that no model has followed -----------------------------------------------------------


@pytest.fixture
def warehouse(database: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The test's database, as the sensor finds it."""
    at(NOW, monkeypatch)
    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)
    return database


def look(instance: DagsterInstance) -> RunRequest | SkipReason:
    asked = sensors.unbuilt_loads(build_sensor_context(instance=instance))
    assert isinstance(asked, RunRequest | SkipReason)
    return asked


def build_run(
    instance: DagsterInstance, status: DagsterRunStatus, run_key: str | None = None
) -> DagsterRun:
    tags = {"dagster/run_key": run_key} if run_key else {}
    run = DagsterRun(job_name="build", run_id=make_new_run_id(), status=status, tags=tags)
    instance.add_run(run)
    return run


def test_a_load_is_built_once_by_whatever_way_it_came(
    warehouse: Settings, instance: DagsterInstance, tmp_path: Path, dbt: DbtInProcess
) -> None:
    nothing = SkipReason("every model has followed every load")
    assert look(instance) == nothing
    load([str(landing_file(tmp_path / "a.jsonl", [event(1)]))], warehouse)
    asked = look(instance)
    assert isinstance(asked, RunRequest)
    build(dbt, warehouse, *alone("users"))
    assert look(instance) == nothing
    load([str(landing_file(tmp_path / "b.jsonl", [event(2)]))], warehouse)
    again = look(instance)
    assert isinstance(again, RunRequest)
    assert again.run_key != asked.run_key


def test_no_build_is_queued_behind_another(
    warehouse: Settings, instance: DagsterInstance, tmp_path: Path
) -> None:
    load([str(landing_file(tmp_path / "a.jsonl", [event(1)]))], warehouse)
    build_run(instance, DagsterRunStatus.STARTED)
    assert look(instance) == SkipReason("a build is in progress")


def test_a_build_that_failed_is_asked_for_again_after_a_pause(
    warehouse: Settings,
    instance: DagsterInstance,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load([str(landing_file(tmp_path / "a.jsonl", [event(1)]))], warehouse)
    asked = look(instance)
    assert isinstance(asked, RunRequest)
    build_run(instance, DagsterRunStatus.FAILURE, asked.run_key)
    assert "tried again within the hour" in str(look(instance))
    at(NOW + sensors.REBUILD_SECONDS, monkeypatch)
    again = look(instance)
    assert isinstance(again, RunRequest)
    assert again.run_key != asked.run_key


@pytest.mark.usefixtures("warehouse")
def test_a_build_that_failed_after_its_models_is_asked_for_again(
    instance: DagsterInstance,
) -> None:
    failed = build_run(instance, DagsterRunStatus.FAILURE)
    assert isinstance(look(instance), RunRequest)
    instance.delete_run(failed.run_id)
    build_run(instance, DagsterRunStatus.SUCCESS)
    assert isinstance(look(instance), SkipReason)
