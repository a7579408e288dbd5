"""The suites over `marts.performance_metrics`: are measurements possible, and as they used to be.

What flows through: two frozen suites: measurements, and what is measured. Belongs here: rules over
the last 31 dates. Does not belong here: that no measurement is lost, a dbt test.
"""

from __future__ import annotations

from expectations.rules import Suite, critical, warning

LAST_DATE = "(select max(date) from marts.performance_metrics)"
BETWEEN = "ExpectColumnValuesToBeBetween"
# Medians and shares of fewer samples jump by themselves.
LEAST_SAMPLES = 30

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
        usual as (
            select
                metric_name,
                mode() within group (order by metric_unit) as unit
            from recent
            group by metric_name
        ),
        measures as (
            -- percentile_disc, as between two values there may be more than a double reaches
            select
                recent.metric_name,
                usual.unit as usual_unit,
                count(*) filter (where recent.metric_unit <> usual.unit) as in_other_units,
                count(recent.metric_unit) as in_units,
                count(*) filter (where recent.is_recent) as samples,
                count(*) filter (where not recent.is_recent) as samples_before,
                percentile_disc(0.5) within group (order by recent.metric_value)
                    filter (where recent.is_recent) as median,
                percentile_disc(0.5) within group (order by recent.metric_value)
                    filter (where not recent.is_recent) as median_before
            from recent
            inner join usual on recent.metric_name = usual.metric_name
            group by recent.metric_name, usual.unit
        )
        select
            metric_name,
            usual_unit,
            median,
            median_before,
            case when in_units >= {LEAST_SAMPLES}
                then round(in_other_units / in_units::numeric, 4) end as other_unit_ratio,
            case when least(samples, samples_before) >= {LEAST_SAMPLES}
                then median / nullif(median_before, 0) end as change
        from measures
    """,
    shows=("metric_name", "usual_unit", "other_unit_ratio", "median", "median_before"),
    rules=(
        critical(
            "a_measure_has_one_unit",
            "More than 1 % of a metric's values come in another unit than the others: its "
            "percentiles mix milliseconds with bytes, and mean nothing.",
            BETWEEN,
            column="other_unit_ratio",
            max_value=0.01,
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
