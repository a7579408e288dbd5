{{ config(
    indexes=[
        {'columns': ['id'], 'unique': true},
        {'columns': ['date']},
    ],
) }}

-- A platform may be missing, and a metric's name be a text longer than an index takes,
-- so a row is told apart by a key made of date, platform and name.

with

performance_metrics as (
    select * from {{ ref('performance_metrics') }}
),

samples as (
    select
        date,
        metric_name,
        platform,
        -- as far as a double reaches: a cast of what a client can send would raise
        case
            when abs(metric_value) >= 1e-300
                then least(greatest(metric_value, -1e300), 1e300)
            else 0
        end as metric_value
    from performance_metrics
),

measured as (
    select
        date,
        metric_name,
        platform,
        count(*) as samples,
        percentile_cont(0.5) within group (order by metric_value) as p50,
        percentile_cont(0.75) within group (order by metric_value) as p75,
        percentile_cont(0.95) within group (order by metric_value) as p95,
        percentile_cont(0.99) within group (order by metric_value) as p99
    from samples
    group by
        date,
        metric_name,
        platform
),

rows_named as (
    select
        md5(
            'performance_day:' || date || ':' || coalesce(platform::text, '')
            || ':' || metric_name
        )::uuid as id,
        date,
        metric_name,
        platform,
        samples,
        p50,
        p75,
        p95,
        p99
    from measured
)

select * from rows_named
