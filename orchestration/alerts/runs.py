"""Runs that failed and what failed in them, as Dagster's instance has them.

What flows through: an instance in, causes out. Whatever storage it has is asked the same way.
Belongs here: which failures still count, and their first error. Does not belong here: telling.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from dagster import DagsterEventType, DagsterInstance, DagsterRunStatus, RunRecord, RunsFilter
from dagster._core.errors import DagsterAssetCheckFailedError
from dagster_shared.error import SerializableErrorInfo

from expectations.rules import Severity
from orchestration.alerts.causes import Cause, Kind
from orchestration.failures import first_error, in_one_line

# More than a day of runs that are tried every quarter of an hour: each is one more look-up.
MOST_RUNS = 100
FAILURES = {DagsterEventType.STEP_FAILURE, DagsterEventType.RUN_FAILURE}
LONGEST_ERROR = 300
# Where PostgreSQL begins to quote rows, and how it quotes a value in its first line.
QUOTED_ROWS = re.compile(r"\b(?:DETAIL|CONTEXT|LINE \d+):.*")
QUOTED_VALUE = re.compile(r': "[^"]*"')
# What differs between two failures of one reason: ids, counts, times.
VARYING = re.compile(r"\b[0-9a-f]{8,}\b|\d+")
FAILED_TEST = re.compile(r"Failure in test (\w+)")
OTHER_FAILURE = re.compile(r"\bError\b")


def failed_runs(
    instance: DagsterInstance, jobs: Iterable[str], *, checks_are_told: bool
) -> list[Cause]:
    """Say which jobs have failed, and by what, since they last succeeded.

    Args:
        instance: Where the runs are.
        jobs: The jobs there are; what others did is past.
        checks_are_told: Whether failing checks are causes of their own, so that a run which failed
            by them alone is none.

    Returns:
        One cause a job and error, the same until a run of the job succeeds.
    """
    causes: dict[str, Cause | None] = {}
    for job in jobs:
        succeeded = _last_success(instance, job)
        for run in _failures_since(instance, job, succeeded):
            error = _first_error(instance, run)
            cause = _cause(job, in_one_line(error), succeeded)
            if cause.key not in causes:
                told = checks_are_told and _is_told_by_checks(instance, run, error)
                causes[cause.key] = None if told else cause
    return [cause for cause in causes.values() if cause]


def _last_success(instance: DagsterInstance, job: str) -> RunRecord | None:
    succeeded = RunsFilter(job_name=job, statuses=[DagsterRunStatus.SUCCESS])
    return next(iter(instance.get_run_records(succeeded, limit=1)), None)


def _failures_since(
    instance: DagsterInstance, job: str, succeeded: RunRecord | None
) -> Iterable[RunRecord]:
    failed = RunsFilter(
        job_name=job,
        statuses=[DagsterRunStatus.FAILURE],
        updated_after=succeeded.update_timestamp if succeeded else None,
    )
    return instance.get_run_records(failed, limit=MOST_RUNS)


def _first_error(instance: DagsterInstance, run: RunRecord) -> SerializableErrorInfo:
    return next(_errors(instance, run), SerializableErrorInfo("it was not told why", [], None))


def _errors(instance: DagsterInstance, run: RunRecord) -> Iterator[SerializableErrorInfo]:
    for entry in instance.all_logs(run.dagster_run.run_id, of_type=FAILURES):
        event = entry.get_dagster_event()
        error = getattr(event.event_specific_data, "error", None)
        if error:
            yield first_error(error)
        elif event.message:
            # A run that was ended from outside: its worker died, or it took too long.
            yield SerializableErrorInfo(event.message, [], None)


def _is_told_by_checks(
    instance: DagsterInstance, run: RunRecord, error: SerializableErrorInfo
) -> bool:
    if error.cls_name == DagsterAssetCheckFailedError.__name__:
        return True
    words = in_one_line(error)
    tests = set(FAILED_TEST.findall(words))
    # A dbt test that is about several models is no asset check.
    return bool(tests) and not OTHER_FAILURE.search(words) and tests <= _failed(instance, run)


def _failed(instance: DagsterInstance, run: RunRecord) -> set[str]:
    evaluated = DagsterEventType.ASSET_CHECK_EVALUATION
    entries = instance.all_logs(run.dagster_run.run_id, of_type=evaluated)
    found = [entry.get_dagster_event().asset_check_evaluation_data for entry in entries]
    return {evaluation.check_name for evaluation in found if not evaluation.passed}


def _cause(job: str, error: str, succeeded: RunRecord | None) -> Cause:
    told = QUOTED_VALUE.sub(": …", QUOTED_ROWS.sub("", error))[:LONGEST_ERROR].strip()
    reason = hashlib.sha256(VARYING.sub("0", told).encode()).hexdigest()[:12]
    since = succeeded.storage_id if succeeded else 0
    return Cause(
        key=f"failed_run:{job}:{reason}:since {since}",
        kind=Kind.FAILED_RUN,
        severity=Severity.CRITICAL,
        text=f"a run of {job} failed: {told}",
    )
