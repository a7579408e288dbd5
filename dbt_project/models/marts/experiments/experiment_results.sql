{{ config(
    touched='int_experiments_analysed',
    touched_on='target.experiment_id = touched.experiment_id',
    indexes=[{'columns': ['experiment_id', 'metric_position']}],
) }}

with

results as not materialized (
    select * from {{ ref('stg_experiment_results') }}
),

profiles as not materialized (
    select * from {{ ref('int_experiments_profiled') }}
),

touched as (
    select distinct experiment_id from {{ ref('int_experiments_analysed') }}
    where build_id > {{ built_through(this.name) }}
),

touched_results as (
    select
        profiles.experiment_ref,
        found.*
    from touched
    inner join profiles on touched.experiment_id = profiles.experiment_id
    -- offset 0: a look-up by index each, not a join that reads every experiment
    cross join lateral (
        select results.* from results
        where results.experiment_id = touched.experiment_id
        offset 0  -- noqa: AM09
    ) as found
),

experiment_results as (
    select
        -- keys
        {{ experiment_result_uuid('experiment_id', 'metric_name', 'variant') }} as id,
        experiment_id,
        experiment_ref,
        metric_name,
        metric_position,
        metric_type,
        variant,
        is_control,

        -- what was seen
        users,
        total,
        mean,
        variance,

        -- difference to control, fixed horizon
        difference,
        ci_low,
        ci_high,
        p_value,
        p_value_adjusted,
        lift,
        lift_ci_low,
        lift_ci_high,

        -- the same, adjusted by what users did before
        cuped_difference,
        cuped_ci_low,
        cuped_ci_high,
        cuped_p_value,
        cuped_theta,

        -- the same, valid whenever one looks
        sequential_p_value,
        sequential_ci_low,
        sequential_ci_high,

        -- what could have been seen
        power,
        minimum_detectable_effect,

        note
    from touched_results
)

select * from experiment_results
