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

analyses as not materialized (
    select * from {{ ref('stg_experiment_analyses') }}
),

-- the first target metric decides
deciding_results as not materialized (
    select * from {{ ref('experiment_results') }}
    where metric_position = 1
),

touched as (
    {% if is_incremental() %}
    -- all of them, as what is deleted: after the second half of a build the first half's
    -- models hold the watermark back, and the newest log is not written for what it passed
    select distinct experiment_id from {{ ref('int_experiments_touched') }}
    where build_id > {{ built_through(this.name) }}
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

touched_results as (
    select found.*
    from touched
    -- offset 0: a look-up by index each, not a join that reads every experiment
    cross join lateral (
        select deciding_results.* from deciding_results
        where deciding_results.experiment_id = touched.experiment_id
        offset 0  -- noqa: AM09
    ) as found
),

judged as (
    select
        experiment_id,
        round(min(p_value_adjusted)::numeric, 4) as lowest_p_value
    from touched_results
    group by experiment_id
),

-- variants of one control rank by difference as they do by lift, which is none where
-- the control's mean is 0
best_variants as (
    select distinct on (experiment_id)
        experiment_id,
        variant,
        difference
    from touched_results
    where p_value_adjusted < {{ var('experiment_significance_level') }}
    order by
        experiment_id asc,
        difference desc nulls last,
        variant collate "C" asc
),

winners as (
    select
        best_variants.experiment_id,
        case
            when best_variants.difference > 0 then best_variants.variant
            when best_variants.difference < 0 then analyses.control
        end as winning_variant
    from best_variants
    inner join analyses on best_variants.experiment_id = analyses.experiment_id
    where
        analyses.srm_p_value is null
        or analyses.srm_p_value >= {{ var('sample_ratio_mismatch_under') }}
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
        judged.lowest_p_value::numeric(5, 4) as statistical_significance,
        winners.winning_variant,
        (1 - judged.lowest_p_value)::numeric(5, 4) as confidence_level,
        analyses.srm_p_value::numeric(11, 10) as srm_p_value,
        analyses.contaminated_users,
        analyses.note as results_note
    from first_assigned
    left join profiles on first_assigned.experiment_id = profiles.experiment_id
    left join analyses on first_assigned.experiment_id = analyses.experiment_id
    left join judged on first_assigned.experiment_id = judged.experiment_id
    left join winners on first_assigned.experiment_id = winners.experiment_id
    where
        profiles.experiment_id is not null
        or first_assigned.experiment_ref is not null
)

select * from experiments
