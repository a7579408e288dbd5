"""The suite over `marts.experiment_results`: do results fit their users and the world.

What flows through: one frozen suite. Belongs here: rules over all results (a row a variant of a
metric). Does not belong here: ranges and intervals, which are dbt tests.
"""

from __future__ import annotations

from expectations.rules import Suite, critical, warning

EXPERIMENT_RESULTS = Suite(
    name="marts_experiment_results",
    schema="marts",
    table="experiment_results",
    rows="""
        select
            results.experiment_id,
            results.metric_name,
            results.variant,
            results.users,
            results.users - coalesce(counted.users, 0) as users_in_excess,
            count(*) filter (where results.is_control) over by_metric as controls,
            -- the lift of few users is mostly chance
            case when results.users >= 100 then abs(results.lift) end as lift_size,
            case when not results.is_control
                then (results.p_value is not null)::integer end as has_p_value
        from marts.experiment_results as results
        left join (
            select
                experiment_id,
                variant,
                count(*) filter (where not is_contaminated) as users
            from marts.experiment_assignments
            group by experiment_id, variant
        ) as counted
            on
                results.experiment_id = counted.experiment_id
                and results.variant = counted.variant
        window by_metric as (partition by results.experiment_id, results.metric_name)
    """,
    shows=("experiment_id", "metric_name", "variant", "users"),
    rules=(
        critical(
            "users_are_those_assigned",
            "A result counts other users than were given its variant and no other: the analysis "
            "did not see the last build. Run `chhimeki build`.",
            "ExpectColumnValuesToBeInSet",
            column="users_in_excess",
            value_set=[0],
        ),
        critical(
            "one_control_a_metric",
            "Two variants of a metric are marked as control: everything is compared with one of "
            "them, and which one is chance.",
            "ExpectColumnValuesToBeBetween",
            column="controls",
            max_value=1,
        ),
        warning(
            "lifts_are_believable",
            "More than 10 % of the lifts are above 100 %. Figures that look interesting are "
            "usually wrong (Twyman's law): look at the metric's events before believing it.",
            "ExpectColumnValuesToBeBetween",
            column="lift_size",
            max_value=1,
            mostly=0.9,
        ),
        warning(
            "most_results_have_a_p_value",
            "Over half of the comparisons could not be computed; column note says why: too few "
            "users, or metrics whose event never comes.",
            "ExpectColumnMeanToBeBetween",
            column="has_p_value",
            min_value=0.5,
        ),
    ),
)
