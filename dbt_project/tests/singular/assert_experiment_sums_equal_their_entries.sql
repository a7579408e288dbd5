{{ config(meta={'dagster': {'ref': {'name': 'int_experiment_statistics'}}}) }}

-- Sums of experiments grow by what is entered: all entries together must give them.

with

outcomes as (
    select * from {{ ref('int_experiment_outcomes') }}
    where metric_name is not null
),

statistics as (
    select * from {{ ref('int_experiment_statistics') }}
    where sum_y_squared + sum_x_squared > 0
),

entries_added_up as (
    select
        experiment_id,
        metric_name,
        variant,
        sum(change * value) as sum_y,
        sum(change * value * value) as sum_y_squared,
        sum(change * value_before) as sum_x,
        sum(change * value_before * value_before) as sum_x_squared,
        sum(change * value * value_before) as sum_xy
    from outcomes
    group by
        experiment_id,
        metric_name,
        variant
    having sum(change) > 0
)

select
    entries_added_up.experiment_id as experiment_entered,
    entries_added_up.variant as variant_entered,
    statistics.experiment_id,
    statistics.variant
from entries_added_up
full outer join statistics
    on
        entries_added_up.experiment_id = statistics.experiment_id
        and entries_added_up.metric_name = statistics.metric_name
        and entries_added_up.variant = statistics.variant
where
    (
        entries_added_up.sum_y,
        entries_added_up.sum_y_squared,
        entries_added_up.sum_x,
        entries_added_up.sum_x_squared,
        entries_added_up.sum_xy
    ) is distinct from (
        statistics.sum_y,
        statistics.sum_y_squared,
        statistics.sum_x,
        statistics.sum_x_squared,
        statistics.sum_xy
    )
