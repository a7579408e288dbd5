"""The graph as Dagster sees it: complete, described, in one piece."""

import subprocess
from importlib.metadata import version

import pytest
from dagster import AssetKey, Definitions, ScheduleDefinition
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

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
    assert set(job.asset_layer.executable_asset_keys) == set(
        definitions.resolve_asset_graph().get_all_asset_keys()
    )
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
    layers = {"raw", "staging", "events", "intermediate", "analysis", "marts", "metrics"}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.group_name in layers, key
        assert node.owners, key
        description = node.description or ""
        # What dagster-dbt writes where a model has no description of its own.
        assert description, key
        assert not description.startswith("dbt "), key


def test_only_critical_rules_of_the_gate_block(graph: AssetGraph) -> None:
    for key in graph.asset_check_keys:
        spec = graph.get_check_spec(key)
        if "suite" in spec.metadata:
            blocks = key.asset_key == AssetKey(["raw", "events"])
            assert spec.blocking == (blocks and spec.metadata["severity"] == "critical"), key


def test_dbt_is_never_asked_for_its_version(
    definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> bytes:
        raise AssertionError("dbt --version asks a registry over the network")

    monkeypatch.setattr(subprocess, "check_output", refuse)
    monkeypatch.setattr("dagster_dbt.core.resource.check_output", refuse)
    dbt = (definitions.resources or {})["dbt"]
    assert str(dbt._cli_version) == version("dbt-core")  # noqa: SLF001
