"""What a failing rule blocks, seen through Dagster, and what a full pass leaves behind."""

import re

import pytest
from dagster import (
    AssetCheckSeverity,
    AssetKey,
    AssetsDefinition,
    AssetSelection,
    Definitions,
    ExecuteInProcessResult,
    asset,
    define_asset_job,
    in_process_executor,
)

from loaders.settings import Settings
from orchestration.defs import quality
from orchestration.defs.resources import Warehouse
from orchestration.state import data_docs_folder
from tests.quality.conftest import execute

PASSED_ON = AssetKey(["passed_on"])
USERS = AssetKey(["marts", "users"])
RAW = AssetKey(["raw", "events"])
CRITICAL = "update marts.users set engagement_score = 101"
WARNING = "update marts.users set created_at = last_active_at + interval '1 day'"


def run(
    database: Settings,
    monkeypatch: pytest.MonkeyPatch,
    judged_by: AssetsDefinition,
    reads: AssetKey,
) -> ExecuteInProcessResult:
    """Judge, and pass an asset on as whatever follows in a job would."""
    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)

    @asset(key=PASSED_ON, deps=[reads])
    def passed_on() -> None: ...

    is_asset = judged_by is quality.data_docs
    what = AssetSelection.assets(judged_by) if is_asset else AssetSelection.checks(judged_by)
    definitions = Definitions(
        assets=[passed_on, *([judged_by] if is_asset else [])],
        asset_checks=[] if is_asset else [judged_by],
        jobs=[
            define_asset_job(
                "judged",
                selection=AssetSelection.assets(PASSED_ON) | what,
                executor_def=in_process_executor,
            )
        ],
        resources={"warehouse": Warehouse()},
    )
    return definitions.resolve_job_def("judged").execute_in_process(raise_on_error=False)


def failed(result: ExecuteInProcessResult) -> dict[str, AssetCheckSeverity]:
    return {
        one.check_name: one.severity
        for one in result.get_asset_check_evaluations()
        if not one.passed
    }


def was_passed_on(result: ExecuteInProcessResult) -> bool:
    return any(
        event.is_step_materialization and event.asset_key == PASSED_ON
        for event in result.all_events
    )


def test_a_critical_rule_on_a_mart_fails_the_run_and_blocks_what_follows(
    copy: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(copy, CRITICAL)
    result = run(copy, monkeypatch, quality.publication, USERS)
    assert failed(result)["engagement_score_is_in_range"] is AssetCheckSeverity.ERROR
    assert not result.success
    assert not was_passed_on(result)


def test_a_warning_on_a_mart_is_told_and_blocks_nothing(
    copy: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(copy, WARNING)
    result = run(copy, monkeypatch, quality.publication, USERS)
    assert failed(result) == {"created_before_last_active": AssetCheckSeverity.WARN}
    assert result.success
    assert was_passed_on(result)


@pytest.mark.parametrize("kept", [1, 9], ids=["critical", "warning"])
def test_the_gate_blocks_for_what_is_critical_only(
    copy: Settings, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    execute(
        copy, f"update raw.events set event_name = 'moon_walk' where record_number % 10 >= {kept}"
    )
    result = run(copy, monkeypatch, quality.gate, RAW)
    assert failed(result)["event_name_is_known"] is AssetCheckSeverity.WARN
    assert ("half_of_the_event_names_are_known" in failed(result)) == (kept == 1)
    assert result.success == was_passed_on(result) == (kept == 9)


def test_what_fails_is_shown_by_row_and_without_a_person(
    copy: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(copy, CRITICAL)
    execute(copy, "update raw.events set event_name = 'moon_walk', user_id = 'maya@example.org'")
    marts = run(copy, monkeypatch, quality.publication, USERS)
    raw = run(copy, monkeypatch, quality.gate, RAW)
    samples = {
        one.check_name: str(one.metadata["sample"].value)
        for result in (marts, raw)
        for one in result.get_asset_check_evaluations()
        if "sample" in one.metadata
    }
    uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert re.fullmatch(f"(id {uuid}(; |$)){{5}}", samples["engagement_score_is_in_range"])
    row = "load_id [0-9]+, record_number [0-9]+, event_name moon_walk"
    assert re.fullmatch(f"({row}(; |$)){{5}}", samples["event_name_is_known"])
    assert "maya" not in str(samples)


def test_a_full_pass_tells_every_check_and_writes_its_pages_whatever_fails(
    copy: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(copy, CRITICAL)
    execute(copy, "drop materialized view metrics.attribution")
    result = run(copy, monkeypatch, quality.data_docs, quality.DATA_DOCS)
    told = {one.asset_check_key for one in result.get_asset_check_evaluations()}
    assert told >= {*quality.gate.check_keys, *quality.publication.check_keys}
    assert failed(result).keys() == {
        "engagement_score_is_in_range",
        "scores_are_those_of_users",
        quality.CRITICAL_RULES_HOLD.name,
    }
    assert not result.success
    assert not was_passed_on(result)
    (site,) = (
        event.step_materialization_data.materialization.metadata["site"].value
        for event in result.all_events
        if event.is_step_materialization
    )
    index = data_docs_folder(copy) / "index.html"
    assert site == index.as_uri()
    assert "engagement_score_is_in_range" in index.read_text()
    assert "cannot be selected" in (index.parent / "suites/metrics_attribution.html").read_text()
    links = {
        str(one.metadata["data_docs"].value)
        for one in result.get_asset_check_evaluations()
        if one.asset_key == USERS
    }
    assert links == {(index.parent / "suites/marts_users.html").as_uri()}
