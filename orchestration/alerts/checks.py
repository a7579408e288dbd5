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
# one, judges every check there is. So a look costs a week of evaluations, not their history.
FAILING_CHECKS = """
    with judged as (
        select
            asset_key,
            check_name,
            max(evaluation_event_storage_id)
                filter (where execution_status = 'FAILED') as failed_id,
            max(evaluation_event_storage_id)
                filter (where execution_status = 'SUCCEEDED') as passed_id
        from dagster.asset_check_executions
        where id > (
            select coalesce(max(id), 0)
            from dagster.asset_check_executions
            where
                evaluation_event_timestamp < (
                    select evaluation_event_timestamp - interval '7 days'
                    from dagster.asset_check_executions
                    order by id desc
                    limit 1
                )
        )
        group by asset_key, check_name
    ),

    failing as (
        select * from judged
        where failed_id > coalesce(passed_id, 0)
    )

    select
        failing.asset_key,
        failing.check_name,
        passed.id,
        failures.since at time zone 'UTC',
        failures.evaluation
    from failing
    cross join lateral (
        select coalesce(max(evaluation_event_storage_id), 0) as id
        from dagster.asset_check_executions
        where
            asset_key = failing.asset_key
            and check_name = failing.check_name
            and execution_status = 'SUCCEEDED'
    ) as passed
    cross join lateral (
        select
            min(evaluation_event_timestamp) as since,
            max(evaluation_event)
                filter (where evaluation_event_storage_id = failing.failed_id) as evaluation
        from dagster.asset_check_executions
        where
            asset_key = failing.asset_key
            and check_name = failing.check_name
            and execution_status = 'FAILED'
            and evaluation_event_storage_id > passed.id
    ) as failures
    order by failing.asset_key, failing.check_name
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
    # Rules tell in words, dbt's tests how many rows fail.
    told = {key: value.get("text") for key, value in found["metadata"].items()}
    rows = found["metadata"].get("dagster_dbt/failed_row_count", {}).get("value")
    return FailingCheck(
        asset="/".join(json.loads(asset_key)),
        name=name,
        severity=Severity.WARNING if warns else Severity.CRITICAL,
        why=told.get("why") or "",
        observed=told.get("observed") or (f"{rows:,} failing rows" if rows else ""),
        since=since,
        passed_id=passed_id,
    )
