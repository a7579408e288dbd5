{{ config(materialized='view') }}

-- no CTEs: PostgreSQL finds no way by index through a view that has them
select
    coalesce(listed.experiment_id, counted.experiment_id) as experiment_id,
    coalesce(listed.variant, counted.variant) as variant,
    listed.variant_position,
    coalesce(counted.users, 0) as users,
    coalesce(counted.contaminated_users, 0) as contaminated_users,
    greatest(profiles.build_id, counted.build_id) as build_id
from (
    select
        entities.experiment_id,
        element.variant #>> '{}' as variant,
        min(element.variant_position) as variant_position
    from (select * from {{ ref('int_experiments_profiled') }}) as entities
    cross join
        lateral jsonb_array_elements(entities.variants)
        with ordinality as element (variant, variant_position)
    where
        jsonb_typeof(element.variant) = 'string'
        and element.variant <> '""'
    group by
        entities.experiment_id,
        element.variant
) as listed
full outer join (  -- noqa: ST05
    select * from {{ ref('int_experiment_outcomes_summed') }}
    where
        metric_name is null
        and users + contaminated_users > 0
) as counted
    on
        listed.experiment_id = counted.experiment_id
        and listed.variant = counted.variant
left join
    (select * from {{ ref('int_experiments_profiled') }})  -- noqa: ST05
        as profiles
    on coalesce(listed.experiment_id, counted.experiment_id) = profiles.experiment_id
