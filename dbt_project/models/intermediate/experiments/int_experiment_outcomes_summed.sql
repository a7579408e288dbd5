{{ config(
    incremental_strategy='delete+insert',
    unique_key='experiment_id',
    indexes=[
        {'columns': ['experiment_id']},
        {'columns': ['build_id']},
    ],
) }}

-- All sums of an experiment are written together, so their own `build_id` tells which
-- entries they hold: later ones are added, and none twice, whatever is built when.

with

outcomes as not materialized (
    select * from {{ ref('int_experiment_outcomes') }}
),

touched as (
    select distinct experiment_id from outcomes
    where build_id > {{ built_through(this.name) }}
),
{% if is_incremental() %}
known as (
    select sums.*
    from touched
    inner join {{ this }} as sums on touched.experiment_id = sums.experiment_id
),

followed as (
    select
        touched.experiment_id,
        coalesce(max(known.build_id), 0) as build_id
    from touched
    left join known on touched.experiment_id = known.experiment_id
    group by touched.experiment_id
),
{% endif %}
entries as (
    {% if is_incremental() %}
    select found.*
    from followed
    -- offset 0: a look-up by index each, whatever the planner makes of the news
    cross join lateral (
        select * from outcomes
        where
            outcomes.experiment_id = followed.experiment_id
            and outcomes.build_id > followed.build_id
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select * from outcomes
    {% endif %}
),

to_add_up as (
    {% if is_incremental() %}
    select
        experiment_id,
        metric_name,
        variant,
        users,
        contaminated_users,
        sum_y,
        sum_y_squared,
        sum_x,
        sum_x_squared,
        sum_xy
    from known
    union all
    {% endif %}
    select
        experiment_id,
        metric_name,
        variant,
        case when metric_name is null and not is_contaminated then change else 0 end
            as users,
        case when metric_name is null and is_contaminated then change else 0 end
            as contaminated_users,
        change * value as sum_y,
        change * value * value as sum_y_squared,
        change * value_before as sum_x,
        change * value_before * value_before as sum_x_squared,
        change * value * value_before as sum_xy
    from entries
),

-- a sum of which nothing is left keeps its row, so that readers of the news see the
-- change
summed as (
    select
        experiment_id,
        metric_name,
        variant,
        sum(users)::bigint as users,
        sum(contaminated_users)::bigint as contaminated_users,
        sum(sum_y)::numeric as sum_y,
        sum(sum_y_squared)::numeric as sum_y_squared,
        sum(sum_x)::numeric as sum_x,
        sum(sum_x_squared)::numeric as sum_x_squared,
        sum(sum_xy)::numeric as sum_xy,
        {{ build_id() }}::bigint as build_id
    from to_add_up
    group by
        experiment_id,
        metric_name,
        variant
)

select * from summed
