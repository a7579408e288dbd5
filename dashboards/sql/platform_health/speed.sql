with

as_of as (
    select max(date) as as_of_date
    from metrics.active_users_daily
),

-- web.dev/articles/vitals: at most good, and above poor, at the 75th percentile
vitals (metric_name, good, poor) as (
    values
    ('lcp', 2500, 4000),
    ('largest_contentful_paint', 2500, 4000),
    ('inp', 200, 500),
    ('interaction_to_next_paint', 200, 500),
    ('cls', 0.1, 0.25),
    ('cumulative_layout_shift', 0.1, 0.25),
    ('fcp', 1800, 3000),
    ('first_contentful_paint', 1800, 3000),
    ('first_paint', 1800, 3000),
    ('ttfb', 800, 1800),
    ('time_to_first_byte', 800, 1800)
)

select
    performance.date,
    performance.metric_name,
    coalesce(performance.platform::text, 'not told') as platform,
    performance.samples,
    performance.p50,
    performance.p75,
    performance.p95,
    performance.p99,
    vitals.good,
    vitals.poor
from metrics.performance_daily as performance
cross join as_of
left join vitals on lower(performance.metric_name) = vitals.metric_name
where
    performance.date < as_of.as_of_date
    and performance.date >= as_of.as_of_date - 365
order by
    vitals.good is null,
    performance.metric_name,
    performance.date,
    performance.platform
