"""The Dagster job, run in this process for the command line.

What flows through: settings and paths in, a report of the run out. The run is kept in the home's
Dagster instance, so that the UI shows it.
Belongs here: executing the job and reading its events. Does not belong here: what it consists of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckSeverity,
    DagsterEvent,
    DagsterInstance,
    EventLogEntry,
    ExecuteInProcessResult,
)
from dagster._core.errors import DagsterAssetCheckFailedError, DagsterExecutionInterruptedError
from dagster._core.utils import make_new_run_id
from dagster_shared.error import SerializableErrorInfo

from loaders.settings import Settings
from orchestration.definitions import definitions
from orchestration.defs import experiments, ingest, quality, transform
from orchestration.failures import first_error, in_one_line
from orchestration.order import ANALYSIS, MODELS, NOT_ANALYSED, RESULTS
from orchestration.state import dagster_home
from orchestration.terminal import Stages

STAGES = {
    "landing": "Landing files",
    "gate": "Checking what landed",
    "models": MODELS,
    "analysis": ANALYSIS,
    "results": RESULTS,
    "publication": "Checking what is published",
}

BUILDS = ("models", "results")
"""The steps that are a `dbt build`."""


@dataclass(frozen=True)
class Check:
    """One asset check that was evaluated.

    Attributes:
        asset: `schema/table`.
        name: Name of the check.
        step: The step that evaluated it: `landing`, `gate`, one of `BUILDS`, or `publication`.
        passed: Whether it held.
        warns: Whether a failure is only a warning.
        why: What a failure means, where the rule says so.
        observed: The measured value, or failing examples of codes.
    """

    asset: str
    name: str
    step: str
    passed: bool
    warns: bool
    why: str
    observed: str


@dataclass(frozen=True)
class Report:
    """What became of a run.

    Attributes:
        success: Whether every step ended well.
        failures: One line a step that failed.
        files: What the loader said of each file.
        built: Number of models and seeds built.
        checks: Every check evaluated.
    """

    success: bool
    failures: tuple[str, ...]
    files: tuple[dict[str, Any], ...]
    built: int
    checks: tuple[Check, ...]

    @property
    def healthy(self) -> bool:
        """Whether every step ended well and every check that is no mere warning held."""
        return self.success and all(check.passed or check.warns for check in self.checks)

    @property
    def load_ids(self) -> list[int]:
        """The loads of this run, without files that had landed before."""
        return [file["load_id"] for file in self.files if file["status"] == "landed"]


def run_warehouse(settings: Settings, paths: Sequence[str], stages: Stages) -> Report:
    """Run the job `warehouse`.

    Args:
        settings: The warehouse, up.
        paths: Absolute paths to land.
        stages: Where to show how far it is.

    Returns:
        What became of it.

    Raises:
        KeyboardInterrupt: It was told to end; Dagster keeps it as failed.
    """
    run_id = make_new_run_id()
    with DagsterInstance.from_config(str(dagster_home(settings))) as instance:
        instance.add_event_listener(run_id, _follower(stages))
        result = definitions.resolve_job_def("warehouse").execute_in_process(
            run_id=run_id,
            instance=instance,
            raise_on_error=False,
            run_config={
                "ops": {"landing": {"config": {"paths": list(paths)}}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )
    if DagsterExecutionInterruptedError.__name__ in {error.cls_name for error in _errors(result)}:
        raise KeyboardInterrupt
    return _report(result)


def _follower(stages: Stages) -> Callable[[EventLogEntry], None]:
    totals = _totals()

    def follow(entry: EventLogEntry) -> None:
        event = entry.dagster_event
        stage = STAGES.get(event.step_key or "") if event else None
        if event is None or stage is None:
            _note(entry, stages)
            return
        if event.is_step_start:
            stages.begin(stage, totals[str(event.step_key)])
        elif event.is_step_success:
            stages.end(stage)
        elif event.is_step_materialization or _is_check(event):
            stages.advance(stage)

    return follow


def _note(entry: EventLogEntry, stages: Stages) -> None:
    # What the loader says of its progress comes as a log line of its step.
    if entry.step_key == "landing" and not entry.dagster_event:
        stages.note(STAGES["landing"], Path(entry.user_message).name)


def _totals() -> dict[str, int]:
    builds = {"models": transform.models, "results": transform.results}
    return {
        "landing": len(ingest.landing.keys_by_output_name),
        "gate": len(quality.gate.check_keys),
        "analysis": len(experiments.analysis.keys_by_output_name),
        **{
            step: len(assets.keys_by_output_name) + len(assets.check_keys)
            for step, assets in builds.items()
        },
        "publication": len(quality.publication.check_keys),
    }


def _is_check(event: DagsterEvent) -> bool:
    return event.event_type_value == "ASSET_CHECK_EVALUATION"


def _report(result: ExecuteInProcessResult) -> Report:
    return Report(
        success=result.success,
        failures=tuple(_failures(result)),
        files=tuple(_files(result)),
        built=sum(
            event.step_key in BUILDS and event.is_step_materialization
            for event in result.all_events
        ),
        checks=tuple(_checks(result)),
    )


def _errors(result: ExecuteInProcessResult) -> Iterator[SerializableErrorInfo]:
    for event in result.get_step_failure_events():
        error = event.step_failure_data.error
        while error:
            yield error
            error = error.cause or error.context


def _failures(result: ExecuteInProcessResult) -> Iterator[str]:
    for event in result.get_step_failure_events():
        found = event.step_failure_data.error
        error = first_error(found) if found else None
        if error and error.cls_name == DagsterAssetCheckFailedError.__name__:
            yield f"{STAGES[str(event.step_key)]} stopped the run; nothing after it was done."
        elif error:
            yield in_one_line(error)
        if event.step_key == "models":
            yield NOT_ANALYSED


def _files(result: ExecuteInProcessResult) -> Iterator[dict[str, Any]]:
    for event in result.all_events:
        if event.is_step_materialization and event.step_key == "landing":
            files = event.step_materialization_data.materialization.metadata.get("files")
            if files:
                yield from files.value  # type: ignore[misc]


def _checks(result: ExecuteInProcessResult) -> Iterator[Check]:
    for event in result.all_events:
        if not _is_check(event):
            continue
        found = event.asset_check_evaluation_data
        said = {name: str(value.value) for name, value in found.metadata.items()}
        yield Check(
            asset=found.asset_key.to_user_string(),
            name=found.check_name,
            step=str(event.step_key),
            passed=found.passed,
            warns=found.severity is AssetCheckSeverity.WARN,
            why=said.get("why", ""),
            observed=said.get("sample") or said.get("observed") or said.get("note", ""),
        )
