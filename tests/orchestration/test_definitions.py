"""The graph as Dagster sees it: complete, described, in one piece."""

import subprocess
from importlib.metadata import version

import pytest
import yaml
from dagster import (
    AssetCheckKey,
    AssetKey,
    DefaultScheduleStatus,
    Definitions,
    ScheduleDefinition,
)
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph
from dagster._core.system_config.objects import ResolvedRunConfig
from dbt.artifacts.resources.types import NodeType

from loaders.settings import PROJECT_ROOT
from orchestration.defs import quality
from tests.dbt_in_process import DbtInProcess

LOADER_ASSETS = {
    AssetKey(["raw", table]) for table in ("events", "entities", "rejected_records", "loads")
}


@pytest.fixture
def graph(definitions: Definitions) -> AssetGraph:
    return definitions.resolve_asset_graph()


def steps(definitions: Definitions, job: str) -> set[str]:
    return {node.name for node in definitions.resolve_job_def(job).graph.nodes}


def checks(definitions: Definitions, job: str) -> set[str]:
    graph = definitions.resolve_job_def(job).asset_layer.asset_graph
    return {key.name for key in graph.asset_check_keys}


def test_each_job_does_its_part(definitions: Definitions) -> None:
    Definitions.validate_loadable(definitions)
    build = {"gate", "models", "analysis", "results", "publication"}
    done = ("tidied_tables", "run_history", "dbt_docs", "dashboards")
    upkeep = {f"upkeep__{name}" for name in done}
    night = build - {"publication"} | {"quality__data_docs"} | upkeep
    assert steps(definitions, "ingest") == {"landing"}
    assert steps(definitions, "build") == steps(definitions, "backfill") == build
    assert steps(definitions, "warehouse") == {"landing"} | build
    assert steps(definitions, "nightly") == night
    assert steps(definitions, "report") == {"reports__weekly_report"}
    assert steps(definitions, "retention") == {"apply_retention"}
    assert steps(definitions, "privacy") == {"apply_privacy_requests"}
    for job in definitions.jobs or []:
        assert definitions.resolve_job_def(job.name).executor_def.name == "in_process"


def test_dashboards_are_made_of_numbers_that_have_been_judged(graph: AssetGraph) -> None:
    parents = graph.get(AssetKey(["upkeep", "dashboards"])).parent_keys
    assert AssetKey(["quality", "data_docs"]) in parents
    published = {key for key in graph.get_all_asset_keys() if key.path[0] in ("marts", "metrics")}
    assert published <= parents


def test_a_build_reads_no_whole_table_to_test_it_and_the_night_tests_them_all(
    definitions: Definitions, graph: AssetGraph, dbt: DbtInProcess
) -> None:
    every = {key.name for key in graph.asset_check_keys}
    tests = {one.name for one in dbt.manifest.nodes.values() if one.resource_type is NodeType.Test}
    assert tests, "dbt has tests"
    assert tests <= every, "each is a check in the graph"
    published = {key.name for key in quality.publication.check_keys}
    others = {"files_are_whole", "critical_rules_hold"}
    assert checks(definitions, "build") == every - tests - others
    assert checks(definitions, "nightly") == every - published - {"files_are_whole"}
    assert checks(definitions, "warehouse") == every - {"critical_rules_hold"}


def test_the_night_is_that_of_the_tables_days(definitions: Definitions) -> None:
    schedule = definitions.get_schedule_def("nightly")
    assert isinstance(schedule, ScheduleDefinition)
    assert schedule.job_name == "nightly"
    project = yaml.safe_load((PROJECT_ROOT / "dbt_project.yml").read_text())
    assert schedule.execution_timezone == project["vars"]["reporting_timezone"]
    assert schedule.default_status is DefaultScheduleStatus.RUNNING


def test_the_report_is_made_on_mondays_when_the_night_has_ended(definitions: Definitions) -> None:
    report, nightly = (definitions.get_schedule_def(name) for name in ("report", "nightly"))
    assert isinstance(report, ScheduleDefinition)
    assert isinstance(nightly, ScheduleDefinition)
    assert report.job_name == "report"
    assert report.execution_timezone == nightly.execution_timezone
    assert report.default_status is DefaultScheduleStatus.RUNNING
    minute, hour, *_, weekday = str(report.cron_schedule).split()
    night_minute, night_hour, *_ = str(nightly.cron_schedule).split()
    assert weekday == "1"
    assert (int(hour), int(minute)) > (int(night_hour), int(night_minute))


def test_builds_wait_for_each_other_and_landing_for_none(definitions: Definitions) -> None:
    pools = {
        node.name: {op.pool for op in node.definition.iterate_op_defs()}
        for node in definitions.resolve_job_def("warehouse").graph.nodes
    }
    assert pools["models"] == pools["analysis"] == pools["results"] == {"build"}
    assert pools["landing"] == {None}


def test_what_people_read_and_what_lands_may_not_get_old(graph: AssetGraph) -> None:
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        read = node.group_name in ("raw", "marts", "metrics")
        assert (node.freshness_policy is not None) == read, key


def test_a_backfills_dates_reach_the_models(definitions: Definitions) -> None:
    job = definitions.resolve_job_def("backfill")
    given = {"from_date": "2024-03-01", "to_date": "2024-03-02", "full_refresh": True}
    ops = ResolvedRunConfig.build(job, given).ops
    assert ops["models"].config == given
    assert ops["results"].config == {"full_refresh": True}


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
        and graph.get(key).metadata.get("dagster-dbt/materialization_type") != "seed"
    ]
    assert not orphans


def test_every_asset_has_group_owner_and_description(graph: AssetGraph) -> None:
    layers = {"raw", "staging", "events", "intermediate", "analysis", "marts", "metrics"}
    layers |= {"analyst", "privacy", "reports"}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.group_name in layers | {"quality", "upkeep"}, key
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
