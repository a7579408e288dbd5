"""The suites over `marts.performance_metrics`: are measurements possible, and as they used to be.

What flows through: two frozen suites: measurements, and what is measured. Belongs here: rules over
the last 31 dates. Does not belong here: that no measurement is lost, a dbt test.
"""

from __future__ import annotations

from expectations.rules import Suite, critical, warning

LAST_DATE = "(select max(date) from marts.performance_metrics)"
BETWEEN = "ExpectColumnValuesToBeBetween"

PERFORMANCE_METRICS = Suite(
    name="marts_performance_metrics",
    schema="marts",
    table="performance_metrics",
    rows=f"""
        select
            id,
            metric_name,
            case when metric_unit in ('ms', 'bytes', 'count') then metric_value end as amount,
            case when metric_unit = 'ms' then metric_value end as milliseconds,
            case when metric_unit = 'percentage' then metric_value end as percentage
        from marts.performance_metrics
        where date > {LAST_DATE} - 31
    """,
    shows=("id", "metric_name"),
    rules=(
        warning(
            "amounts_are_not_negative",
            "More than 1 % of the durations, sizes and counts are below zero: a client takes the "
            "difference of two clocks.",
            BETWEEN,
            column="amount",
            min_value=0,
            mostly=0.99,
        ),
        warning(
            "durations_are_those_of_a_page",
            "More than 1 % of the durations are over ten minutes: seconds are sent as "
            "milliseconds a thousandfold, or a hidden page is measured.",
            BETWEEN,
            column="milliseconds",
            max_value=600_000,
            mostly=0.99,
        ),
        warning(
            "percentages_are_shares",
            "More than 1 % of the percentages lie outside 0 to 100: a client sends another unit.",
            BETWEEN,
            column="percentage",
            min_value=0,
            max_value=100,
            mostly=0.99,
        ),
    ),
)

MEASURES = Suite(
    name="marts_performance_metrics_measures",
    schema="marts",
    table="performance_metrics",
    rows=f"""
        with
        recent as (
            select
                metric_name,
                metric_unit,
                metric_value,
                date > {LAST_DATE} - 7 as is_recent
            from marts.performance_metrics
            where date > {LAST_DATE} - 35
        ),
        measures as (
            select
                metric_name,
                count(distinct metric_unit) as units,
                count(*) filter (where is_recent) as samples,
                count(*) filter (where not is_recent) as samples_before,
                percentile_cont(0.5) within group (order by metric_value)
                    filter (where is_recent) as median,
                percentile_cont(0.5) within group (order by metric_value)
                    filter (where not is_recent) as median_before
            from recent
            group by metric_name
        )
        select
            metric_name,
            units,
            median,
            median_before,
            -- medians of fewer samples jump by themselves
            case when least(samples, samples_before) >= 30
                then median / nullif(median_before, 0) end as change
        from measures
    """,
    shows=("metric_name", "units", "median", "median_before"),
    rules=(
        critical(
            "a_measure_has_one_unit",
            "Values of one metric come in several units: its percentiles mix milliseconds with "
            "bytes, and mean nothing.",
            BETWEEN,
            column="units",
            max_value=1,
        ),
        warning(
            "medians_are_stable",
            "The median of a metric in the last 7 dates is over twice, or under half, that of the "
            "28 before: the product became slower, or a client changed its unit.",
            BETWEEN,
            column="change",
            min_value=0.5,
            max_value=2,
        ),
    ),
)
