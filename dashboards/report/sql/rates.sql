with

reported as (
    select '2024-01-29'::date as week
),

-- the first of these that was measured in the week
paints (metric_name, rank) as (
    values
    ('lcp', 1),
    ('largest_contentful_paint', 1),
    ('fcp', 2),
    ('first_contentful_paint', 2),
    ('first_paint', 3)
),

measured as (
    select
        date_trunc('week', performance.date::timestamp)::date as week,
        paints.rank,
        performance.metric_value
    from analyst.performance_metrics as performance
    cross join reported
    inner join paints on lower(performance.metric_name) = paints.metric_name
    where
        performance.date >= reported.week - 84
        and performance.date < reported.week + 7
),

chosen as (
    select min(measured.rank) as rank
    from measured
    inner join reported on measured.week = reported.week
)

select
    measured.week,
    'speed' as number,
    -- one of the samples, as a client may send what no double can hold
    percentile_disc(0.75) within group (order by measured.metric_value) as value
from measured
inner join chosen on measured.rank = chosen.rank
group by measured.week

union all

select
    retention.cohort_week + 7 as week,
    'retention' as number,
    retention.retention_rate as value
from metrics.retention_weekly as retention
cross join reported
where
    retention.weeks_since = 1
    and retention.cohort_users > 0
    and retention.cohort_week >= reported.week - 84
    and retention.cohort_week < reported.week
