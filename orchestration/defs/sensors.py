"""What makes the job run by itself: files in the landing folder.

What flows through: a look at the folder; a request of a run, or why there is none, out. The sensor
watches from the first `dagster dev` on; it can be turned off in the UI.
Belongs here: whether a run is asked for. Does not belong here: which files wait
(`loaders.landing_folder`), what is run (`jobs`).
"""

import hashlib
import os
import time
from collections.abc import Sequence

from dagster import (
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
from orchestration.defs.jobs import warehouse_job

INTERVAL_SECONDS = 15
# After so long at most, files that a run left where they were are asked for again.
RETRY_SECONDS = 300
UNFINISHED = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


@sensor(
    job=warehouse_job,
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=DefaultSensorStatus.RUNNING,
    description="Runs the job when files wait in the landing folder and no run is in progress.",
)
def landing_folder(context: SensorEvaluationContext) -> RunRequest | SkipReason:
    """Ask for a run when files wait."""
    folder = Settings.from_environment().landing
    files = waiting(folder)
    if not files:
        return SkipReason(f"nothing waits in {folder}")
    waits = f"{len(files):,} wait in {folder}"
    key, runs = _key(files), context.instance.get_runs_count
    if runs(RunsFilter(job_name=warehouse_job.name, statuses=UNFINISHED)):
        return SkipReason(f"{waits} until the run in progress has ended")
    if runs(RunsFilter(tags={RUN_KEY_TAG: key})):
        return SkipReason(f"{waits} where a run left them; a new one starts within minutes")
    return RunRequest(run_key=key)


def _key(files: Sequence[WaitingFile]) -> str:
    """Name a set of files as it is now, anew every `RETRY_SECONDS`; Dagster runs a key once."""
    content = hashlib.sha256()
    for file in files:
        seen = f"{file.size} {file.modified_ns} {file.changed_ns}"
        content.update(os.fsencode(file.path) + b"\0" + seen.encode() + b"\0")
    return f"{content.hexdigest()} {int(time.time()) // RETRY_SECONDS}"
