"""Asset checks that fail, as Dagster's storage has them in the warehouse's database.

What flows through: a connection in; failing checks, and causes made of them, out. Dagster's table
is read as it is, because importing Dagster would make `chhimeki status` wait for a second.
Belongs here: that table. Does not belong here: what a check is about.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from expectations.rules import Severity
from orchestration.alerts.causes import Cause, Kind

EXECUTIONS = "dagster.asset_check_executions"

# A check fails while its newest evaluation does, whatever is planned or was never evaluated. One
# that was not judged in the last week of judging is no longer in the project: the nightly run, for
# one, judges every check there is.
FAILING_CHECKS = """
    with judged as (
        select
            asset_key,
            check_name,
            max(evaluation_event_timestamp) as judged_at,
            max(evaluation_event_storage_id)
                filter (where execution_status = 'FAILED') as failed_id,
            coalesce(
                max(evaluation_event_storage_id)
                    filter (where execution_status = 'SUCCEEDED'),
                0
            ) as passed_id
        from dagster.asset_check_executions
        where execution_status in ('SUCCEEDED', 'FAILED')
        group by asset_key, check_name
    )

    select
        judged.asset_key,
        judged.check_name,
        judged.passed_id,
        min(failures.evaluation_event_timestamp) at time zone 'UTC' as since,
        max(failures.evaluation_event) filter (
            where failures.evaluation_event_storage_id = judged.failed_id
        ) as evaluation
    from judged
    inner join dagster.asset_check_executions as failures
        on
            judged.asset_key = failures.asset_key
            and judged.check_name = failures.check_name
            and judged.passed_id < failures.evaluation_event_storage_id
            and failures.execution_status = 'FAILED'
    where
        judged.failed_id > judged.passed_id
        and judged.judged_at > (select max(judged_at) from judged) - interval '7 days'
    group by judged.asset_key, judged.check_name, judged.passed_id
    order by judged.asset_key, judged.check_name
"""


@dataclass(frozen=True)
class FailingCheck:
    """A check whose newest evaluation failed.

    Attributes:
        asset: `schema/table`.
        name: Name of the check.
        severity: What its failure means.
        why: What its rule says of a failure; empty where it says nothing.
        observed: The measured value; empty where none was told.
        since: When it first failed without having passed since.
        passed_id: Dagster's number of the evaluation that passed last; 0 without one.
    """

    asset: str
    name: str
    severity: Severity
    why: str
    observed: str
    since: datetime
    passed_id: int

    def cause(self) -> Cause:
        """Make it a cause; a check that passed and fails again is another one."""
        observed = f": {self.observed}" if self.observed else ""
        return Cause(
            key=f"failing_check:{self.asset}:{self.name}:since {self.passed_id}",
            kind=Kind.FAILING_CHECK,
            severity=self.severity,
            text=" ".join(f"{self.asset} {self.name} fails{observed}. {self.why}".split()),
        )


def failing_checks(connection: Connection[Any]) -> list[FailingCheck]:
    """Read which checks fail.

    Args:
        connection: To a warehouse that holds Dagster's storage (`EXECUTIONS`).

    Returns:
        Checks by the name of their asset, then by their own.
    """
    return [_check(*row) for row in connection.execute(FAILING_CHECKS)]


def _check(
    asset_key: str, name: str, passed_id: int, since: datetime, evaluation: str
) -> FailingCheck:
    found = json.loads(evaluation)["dagster_event"]["event_specific_data"]
    warns = found["severity"]["__enum__"] == "AssetCheckSeverity.WARN"
    told = {key: value.get("text", "") for key, value in found["metadata"].items()}
    return FailingCheck(
        asset="/".join(json.loads(asset_key)),
        name=name,
        severity=Severity.WARNING if warns else Severity.CRITICAL,
        why=told.get("why", ""),
        observed=told.get("observed", ""),
        since=since,
        passed_id=passed_id,
    )
