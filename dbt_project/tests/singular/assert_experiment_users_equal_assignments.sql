{{ config(meta={'dagster': {'ref': {'name': 'int_experiment_variants_counted'}}}) }}

-- Users of variants are kept in a ledger and never counted again: here they are, from
-- the assignments, and every variant must have as many.

with

experiment_assignments as (
    select * from {{ ref('experiment_assignments') }}
),

variants_counted as (
    select * from {{ ref('int_experiment_variants_counted') }}
    where users + contaminated_users > 0
),

users_assigned as (
    select
        experiment_id,
        variant,
        count(*) filter (where not is_contaminated) as users,
        count(*) filter (where is_contaminated) as contaminated_users
    from experiment_assignments
    group by
        experiment_id,
        variant
)

select
    users_assigned.experiment_id as experiment_assigned,
    users_assigned.variant as variant_assigned,
    variants_counted.experiment_id,
    variants_counted.variant
from users_assigned
full outer join variants_counted
    on
        users_assigned.experiment_id = variants_counted.experiment_id
        and users_assigned.variant = variants_counted.variant
where
    users_assigned.users is distinct from variants_counted.users
    or users_assigned.contaminated_users
    is distinct from variants_counted.contaminated_users
