-- no CTEs: PostgreSQL finds no way by index through a view that has them
select
    -- keys
    experiment_id,
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

    -- fixed horizon
    difference,
    ci_low,
    ci_high,
    p_value,
    p_value_adjusted,
    lift,
    lift_ci_low,
    lift_ci_high,

    -- adjusted by what users did before
    cuped_difference,
    cuped_ci_low,
    cuped_ci_high,
    cuped_p_value,
    cuped_theta,

    -- valid whenever one looks
    sequential_p_value,
    sequential_ci_low,
    sequential_ci_high,

    -- what could have been seen
    power,
    minimum_detectable_effect,

    note,
    build_id
from {{ source('analysis', 'experiment_results') }}
