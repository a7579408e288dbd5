"""What makes jobs run by themselves: files in the landing folder, loads that no model has followed.

What flows through: a look; a request of a run, or why there is none, out. The sensors watch from
the first `dagster dev` on; they can be turned off in the UI.
Belongs here: whether a run is asked for. Does not belong here: which files wait
(`loaders.landing_folder`), which loads do (`unbuilt`), what is run (`jobs`).
"""

import hashlib
import os
import time
from collections.abc import Sequence

from dagster import (
    DagsterInstance,
    DagsterRunStatus,
    DefaultSensorStatus,
    RunRequest,
    RunsFilter,
    SensorEvaluationContext,
    SkipReason,
    sensor,
)
from dagster._core.storage.tags import RUN_KEY_TAG

from loaders.landing_folder import WaitingFile, waiting
from loaders.settings import Settings
from orchestration.defs.jobs import backfill_job, build_job, ingest_job, nightly_job, warehouse_job
from orchestration.unbuilt import newest_unbuilt_load
from orchestration.warehouse import ready_warehouse

INTERVAL_SECONDS = 10
# After so long at most, files that a run left where they were are asked for again.
RETRY_SECONDS = 300
# After so long at most, a build that failed is tried again, though nothing more has landed.
REBUILD_SECONDS = 3600
UNFINISHED = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]
LANDING_JOBS = (ingest_job.name, warehouse_job.name)
BUILDING_JOBS = (build_job.name, nightly_job.name, backfill_job.name, warehouse_job.name)


@sensor(
    job=ingest_job,
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=DefaultSensorStatus.RUNNING,
    description="Runs `ingest` when files wait in the landing folder and nothing else is landing.",
)
def landing_folder(context: SensorEvaluationContext) -> RunRequest | SkipReason:
    """Ask for a run when files wait."""
    folder = Settings.from_environment().landing
    files = waiting(folder)
    if not files:
        return SkipReason(f"nothing waits in {folder}")
    waits = f"{len(files):,} wait in {folder}"
    if _in_progress(context.instance, LANDING_JOBS):
        return SkipReason(f"{waits} until the run in progress has ended")
    key = f"{_seen(files)} {_period(RETRY_SECONDS)}"
    if _has_run(context.instance, key):
        return SkipReason(f"{waits} where a run left them; a new one starts within minutes")
    return RunRequest(run_key=key)


@sensor(
    job=build_job,
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=DefaultSensorStatus.RUNNING,
    description="Runs `build` when something has landed, by whatever way, that a model has not"
    " followed; or when the last build did not succeed.",
)
def unbuilt_loads(context: SensorEvaluationContext) -> RunRequest | SkipReason:
    """Ask for a run when models are behind what landed."""
    load = newest_unbuilt_load(ready_warehouse())
    if load is None and not _last_build_failed(context.instance):
        return SkipReason("every model has followed every load")
    if _in_progress(context.instance, BUILDING_JOBS):
        return SkipReason("a build is in progress")
    key = f"through {load} {_period(REBUILD_SECONDS)}"
    if _has_run(context.instance, key):
        return SkipReason("the last build did not succeed; it is tried again within the hour")
    return RunRequest(run_key=key)


def _in_progress(instance: DagsterInstance, jobs: Sequence[str]) -> bool:
    filters = (RunsFilter(job_name=name, statuses=UNFINISHED) for name in jobs)
    return any(instance.get_runs_count(one) for one in filters)


def _has_run(instance: DagsterInstance, key: str) -> bool:
    return instance.get_runs_count(RunsFilter(tags={RUN_KEY_TAG: key})) > 0


def _last_build_failed(instance: DagsterInstance) -> bool:
    lasts = (
        record
        for name in BUILDING_JOBS
        for record in instance.get_run_records(RunsFilter(job_name=name), limit=1)
    )
    last = max(lasts, key=lambda record: record.storage_id, default=None)
    return last is not None and last.dagster_run.status is DagsterRunStatus.FAILURE


def _seen(files: Sequence[WaitingFile]) -> str:
    """Name a set of files as it is now; to read them all every ten seconds would cost too much."""
    seen = hashlib.sha256()
    for file in files:
        state = f"{file.size} {file.modified_ns} {file.changed_ns}"
        seen.update(os.fsencode(file.path) + b"\0" + state.encode() + b"\0")
    return seen.hexdigest()


def _period(seconds: int) -> int:
    """Number the present stretch of time: Dagster runs a key once, and the next one is another."""
    return int(time.time()) // seconds
