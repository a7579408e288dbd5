{{ config(
    touched='int_variants_assigned',
    touched_on=(
        'target.user_id = touched.user_id'
        ~ ' and target.experiment_id = touched.experiment_id'
    ),
    indexes=[
        {'columns': ['user_id', 'experiment_id'], 'unique': true},
        {'columns': ['experiment_id', 'assigned_at']},
    ],
) }}

with

variants_assigned as not materialized (
    select * from {{ ref('int_variants_assigned') }}
    where user_id is not null
),

touched as (
    select distinct
        experiment_id,
        user_id
    from variants_assigned
    where build_id > {{ built_through(this.name) }}
),

variants_given as (
    select variants_assigned.*
    from variants_assigned
    {% if is_incremental() %}
    inner join touched
        on
            variants_assigned.user_id = touched.user_id
            and variants_assigned.experiment_id = touched.experiment_id
    {% endif %}
    where variants_assigned.is_processed
),

assignments as (
    select
        -- keys
        {{ assignment_uuid('experiment_id', 'user_id') }} as id,
        experiment_id,
        {{ earliest('experiment_ref') }} as experiment_ref,
        user_id,
        {{ earliest('user_ref') }} as user_ref,

        -- assignment
        {{ earliest('variant') }} as variant,
        min("timestamp") as assigned_at,
        count(distinct variant) > 1 as is_contaminated
    from variants_given
    group by
        experiment_id,
        user_id
)

select * from assignments
