"""The suite over `marts.experiment_assignments`: were variants given as an experiment has them.

What flows through: one frozen suite. Belongs here: rules over the assignments of the last 31 days.
Does not belong here: that each user assigned has a row, a dbt test.
"""

from __future__ import annotations

from expectations.rules import Suite, critical, warning

EXPERIMENT_ASSIGNMENTS = Suite(
    name="marts_experiment_assignments",
    schema="marts",
    table="experiment_assignments",
    rows="""
        select
            assignments.id,
            assignments.experiment_id,
            assignments.variant,
            length(assignments.variant) as variant_length,
            case when jsonb_array_length(experiments.variants) > 0
                then (experiments.variants ? assignments.variant)::integer end as is_listed,
            (
                assignments.assigned_at >= coalesce(experiments.start_date, '-infinity')
                and assignments.assigned_at <= coalesce(experiments.end_date, 'infinity')
            )::integer as is_in_time
        from marts.experiment_assignments as assignments
        left join marts.experiments on assignments.experiment_id = experiments.id
        where
            assignments.assigned_at
            >= (select max(assigned_at) from marts.experiment_assignments) - interval '31 days'
    """,
    shows=("id", "experiment_id", "variant"),
    rules=(
        critical(
            "variant_has_a_name",
            "A variant without a name cannot be compared with anything; the catalogue makes such "
            "events invalid, so this one came past it.",
            "ExpectColumnValuesToBeBetween",
            column="variant_length",
            min_value=1,
        ),
        warning(
            "variant_is_listed",
            "More than 1 % of the recent assignments name a variant that their experiment does not "
            "list: a misspelling in a client, or an entity that lags behind.",
            "ExpectColumnValuesToBeInSet",
            column="is_listed",
            value_set=[1],
            mostly=0.99,
        ),
        warning(
            "assigned_while_it_runs",
            "More than 5 % of the recent assignments lie before their experiment's start or after "
            "its end: clients still assign, or the entity's dates are wrong.",
            "ExpectColumnValuesToBeInSet",
            column="is_in_time",
            value_set=[1],
            mostly=0.95,
        ),
    ),
)
