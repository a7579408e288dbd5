"""The suite over `marts.error_logs`: are errors what they are said to be.

What flows through: one frozen suite. Belongs here: rules over the last 31 dates.
Does not belong here: whether an error is resolved, a dbt test; how many there are (`anomalies`).
"""

from __future__ import annotations

from expectations.rules import Suite, warning

ERROR_LOGS = Suite(
    name="marts_error_logs",
    schema="marts",
    table="error_logs",
    rows="""
        select
            id,
            date,
            case when severity = 'critical' then 1 else 0 end as is_critical,
            (resolved_at >= "timestamp")::integer as is_resolved_after
        from marts.error_logs
        where date > (select max(date) from marts.error_logs) - 31
    """,
    shows=("id", "date"),
    rules=(
        warning(
            "few_errors_are_critical",
            "More than half of the recent errors are critical: the product is down, or a client "
            "calls everything critical.",
            "ExpectColumnMeanToBeBetween",
            column="is_critical",
            max_value=0.5,
        ),
        warning(
            "resolved_after_they_occur",
            "More than 5 % of the recent errors that are resolved were so before they occurred: "
            "ids of errors are used again, or a clock is wrong.",
            "ExpectColumnValuesToBeInSet",
            column="is_resolved_after",
            value_set=[1],
            mostly=0.95,
        ),
    ),
)
