"""The graph as Dagster sees it: complete, described, in one piece."""

import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from dagster import AssetCheckKey, AssetKey, Definitions, ScheduleDefinition
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from loaders.settings import PROJECT_ROOT, Settings
from orchestration.state import dagster_home

LOADER_ASSETS = {
    AssetKey(["raw", table]) for table in ("events", "entities", "rejected_records", "loads")
}


@pytest.fixture
def graph(definitions: Definitions) -> AssetGraph:
    return definitions.resolve_asset_graph()


def test_the_graph_loads_with_one_job_and_one_schedule(definitions: Definitions) -> None:
    Definitions.validate_loadable(definitions)
    job = definitions.resolve_job_def("warehouse")
    assert job.executor_def.name == "in_process"
    every = definitions.resolve_asset_graph().get_all_asset_keys()
    assert set(job.asset_layer.executable_asset_keys) == {
        key for key in every if key.path[0] != "quality"
    }
    schedule = definitions.get_schedule_def("hourly")
    assert isinstance(schedule, ScheduleDefinition)
    assert schedule.job_name == "warehouse"
    assert schedule.execution_timezone == "UTC"


def test_every_source_is_an_asset_of_the_loader_or_of_the_analysis(graph: AssetGraph) -> None:
    # A dbt source that no asset of ours stands for would be an external asset.
    assert not graph.external_asset_keys
    assert graph.get_all_asset_keys() >= LOADER_ASSETS


def test_the_analysis_stands_between_what_it_reads_and_what_reads_it(graph: AssetGraph) -> None:
    for table in ("experiment_analyses", "experiment_results"):
        key = AssetKey(["analysis", table])
        assert AssetKey(["marts", "events"]) in graph.get_ancestor_asset_keys(key)
        assert key in graph.get_ancestor_asset_keys(AssetKey(["marts", "experiments"]))


def test_every_model_descends_from_the_loader(graph: AssetGraph) -> None:
    orphans = [
        key.to_user_string()
        for key in graph.get_all_asset_keys() - LOADER_ASSETS
        if not graph.get_ancestor_asset_keys(key) & LOADER_ASSETS
        and graph.get(key).metadata["dagster-dbt/materialization_type"] != "seed"
    ]
    assert not orphans


def test_every_asset_has_group_owner_and_description(graph: AssetGraph) -> None:
    layers = {"raw", "staging", "events", "intermediate", "analysis", "marts", "metrics", "quality"}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.group_name in layers, key
        assert node.owners, key
        description = node.description or ""
        # What dagster-dbt writes where a model has no description of its own.
        assert description, key
        assert not description.startswith("dbt "), key


def test_critical_rules_block_and_warnings_do_not(graph: AssetGraph) -> None:
    for key in graph.asset_check_keys:
        spec = graph.get_check_spec(key)
        if "suite" in spec.metadata:
            assert spec.blocking == (spec.metadata["severity"] == "critical"), key


def test_data_docs_stand_behind_every_published_mart(graph: AssetGraph) -> None:
    docs = AssetKey(["quality", "data_docs"])
    published = {key for key in graph.get_all_asset_keys() if key.path[0] == "marts"}
    assert graph.get(docs).parent_keys >= published
    assert graph.get_check_spec(AssetCheckKey(docs, "critical_rules_hold")).blocking


def test_dbt_is_never_asked_for_its_version(
    definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> bytes:
        raise AssertionError("dbt --version asks a registry over the network")

    monkeypatch.setattr(subprocess, "check_output", refuse)
    monkeypatch.setattr("dagster_dbt.core.resource.check_output", refuse)
    dbt = (definitions.resources or {})["dbt"]
    assert str(dbt._cli_version) == version("dbt-core")  # noqa: SLF001


def test_the_home_has_its_own_folders_in_the_instance(tmp_path: Path) -> None:
    settings = Settings.from_environment({"CHHIMEKI_HOME": str(tmp_path)})
    moved = yaml.safe_load((dagster_home(settings) / "dagster.yaml").read_text())
    original = yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text())
    assert original["storage"]["sqlite"]["base_dir"] == ".chhimeki/dagster/storage"
    assert moved["storage"]["sqlite"]["base_dir"] == f"{tmp_path}/dagster/storage"
    assert ".chhimeki" not in str(moved)
    assert moved["telemetry"] == original["telemetry"] == {"enabled": False}
    assert Path(moved["compute_logs"]["config"]["base_dir"]).is_absolute()
