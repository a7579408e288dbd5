{{ config(materialized='view') }}

-- no CTEs: PostgreSQL finds no way by index through a view that has them
select
    measured.experiment_id,
    metric.metric_name,
    metric.metric_position,
    metric.metric_type,
    variants.variant,
    variants.users,
    coalesce(sums.sum_y, 0) as sum_y,
    coalesce(sums.sum_y_squared, 0) as sum_y_squared,
    coalesce(sums.sum_x, 0) as sum_x,
    coalesce(sums.sum_x_squared, 0) as sum_x_squared,
    coalesce(sums.sum_xy, 0) as sum_xy,
    greatest(measured.build_id, variants.build_id, sums.build_id) as build_id
from (select * from {{ ref('int_experiments_measured') }}) as measured
cross join
    lateral jsonb_to_recordset(measured.metrics)
        as metric (metric_name text, metric_position integer, metric_type text)
inner join
    (select * from {{ ref('int_experiment_variants_counted') }})  -- noqa: ST05
        as variants
    on measured.experiment_id = variants.experiment_id
left join
    (select * from {{ ref('int_experiment_outcomes_summed') }})  -- noqa: ST05
        as sums
    on
        variants.experiment_id = sums.experiment_id
        and metric.metric_name = sums.metric_name
        and variants.variant = sums.variant
