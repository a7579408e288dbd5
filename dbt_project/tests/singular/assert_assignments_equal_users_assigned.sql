{{ config(meta={'dagster': {'ref': {'name': 'experiment_assignments'}}}) }}

-- Who was ever given a variant has one assignment there, and nobody else has.

with

experiment_assignments as (
    select * from {{ ref('experiment_assignments') }}
),

users_assigned as (
    select distinct
        experiment_id,
        user_id
    from {{ ref('int_variants_assigned') }}
    where
        is_processed
        and user_id is not null
)

select
    users_assigned.user_id as user_assigned,
    experiment_assignments.id as assignment_id
from users_assigned
full outer join experiment_assignments
    on
        users_assigned.user_id = experiment_assignments.user_id
        and users_assigned.experiment_id = experiment_assignments.experiment_id
where
    users_assigned.user_id is null
    or experiment_assignments.id is null
