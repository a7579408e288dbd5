{{ config(
    touched='int_experiments_touched',
    touched_on='target.id = touched.experiment_id',
) }}

-- only an incremental build reads this log
-- depends_on: {{ ref('int_experiments_touched') }}

with

profiles as not materialized (
    select * from {{ ref('int_experiments_profiled') }}
),

variants_assigned as not materialized (
    select * from {{ ref('int_variants_assigned') }}
    where is_processed
),

touched as (
    {% if is_incremental() %}
    select distinct experiment_id from {{ ref('int_experiments_touched') }}
    where build_id = {{ build_to_follow(ref('int_experiments_touched')) }}
    {% else %}
    select experiment_id from profiles
    union
    select experiment_id from variants_assigned
    {% endif %}
),

first_assigned as (
    select
        touched.experiment_id,
        found.experiment_ref
    from touched
    -- the first assignment alone: there may be millions
    left join lateral (
        select variants_assigned.experiment_ref
        from variants_assigned
        where variants_assigned.experiment_id = touched.experiment_id
        order by
            variants_assigned."timestamp",
            variants_assigned.event_ref collate "C"  -- noqa: RF03
        limit 1
    ) as found on true
),

experiments as (
    select
        -- keys
        first_assigned.experiment_id as id,
        coalesce(profiles.experiment_ref, first_assigned.experiment_ref)
            as experiment_ref,

        -- what it is
        profiles.name,
        profiles.description,
        profiles.start_date,
        profiles.end_date,
        coalesce(profiles.status, 'active') as status,
        profiles.updated_at,

        -- configuration
        coalesce(profiles.variants, '[]') as variants,
        profiles.traffic_allocation,
        profiles.target_metrics,

        -- results
        null::numeric(5, 4) as statistical_significance,
        null::text as winning_variant,
        null::numeric(5, 4) as confidence_level,
        null::numeric(11, 10) as srm_p_value
    from first_assigned
    left join profiles on first_assigned.experiment_id = profiles.experiment_id
    where
        profiles.experiment_id is not null
        or first_assigned.experiment_ref is not null
)

select * from experiments
