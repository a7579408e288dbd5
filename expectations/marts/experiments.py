"""The suite over `marts.experiments`: can an experiment's outcome be believed.

What flows through: one frozen suite. Belongs here: rules over all experiments (one row each).
Does not belong here: the statistics, which tests compare with published results.
"""

from __future__ import annotations

from expectations.rules import Suite, critical, warning

EXPERIMENTS = Suite(
    name="marts_experiments",
    schema="marts",
    table="experiments",
    rows="""
        select
            experiments.id as experiment_id,
            experiments.srm_p_value,
            (
                experiments.winning_variant is null
                or experiments.variants ? experiments.winning_variant
            )::integer as winner_is_listed,
            (experiments.end_date > experiments.start_date)::integer as ends_after_start,
            -- of few users, one is many
            case when counted.users >= 100
                then experiments.contaminated_users / counted.users::numeric
            end as contaminated_share,
            experiments.contaminated_users - counted.contaminated_users as contaminated_in_excess
        from marts.experiments
        left join (
            select
                experiment_id,
                count(*) as users,
                count(*) filter (where is_contaminated) as contaminated_users
            from marts.experiment_assignments
            group by experiment_id
        ) as counted on experiments.id = counted.experiment_id
    """,
    shows=("experiment_id", "srm_p_value"),
    rules=(
        critical(
            "winner_is_a_variant",
            "The winning variant is not one of the experiment's: its entity has changed since the "
            "analysis, or results of two experiments were mixed up.",
            "ExpectColumnValuesToBeInSet",
            column="winner_is_listed",
            value_set=[1],
        ),
        critical(
            "contaminated_users_are_those_assigned",
            "An experiment was analysed with other contaminated users than its assignments have: "
            "the analysis did not see the last build. Run `chhimeki build`.",
            "ExpectColumnValuesToBeInSet",
            column="contaminated_in_excess",
            value_set=[0],
        ),
        warning(
            "variants_were_given_as_meant",
            "Users were given variants in other shares than planned (sample ratio mismatch, "
            "p below 0.001): something loses or moves users, and no result can be believed.",
            "ExpectColumnValuesToBeBetween",
            column="srm_p_value",
            min_value=0.001,
        ),
        warning(
            "few_users_are_contaminated",
            "More than 5 % of an experiment's users were given several variants and are in no "
            "result: the assignment is not sticky.",
            "ExpectColumnValuesToBeBetween",
            column="contaminated_share",
            max_value=0.05,
        ),
        warning(
            "ends_after_it_starts",
            "An experiment ends before it starts: its entity is wrong, and no event counts.",
            "ExpectColumnValuesToBeInSet",
            column="ends_after_start",
            value_set=[1],
        ),
    ),
)
