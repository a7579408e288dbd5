-- Is the application fast enough?

with

range as (
    select (max("timestamp") at time zone 'UTC')::date - 27 as starts_on
    from raw.events
),

measured as (
    select
        events.data ->> 'metricName' as metric_name,
        events.metadata ->> 'platform' as platform,
        (events.data ->> 'metricValue')::numeric as metric_value
    from raw.events
    inner join range
        on events."timestamp" >= range.starts_on::timestamp at time zone 'UTC'
    where events.event_name = 'performance_metric'
)

select
    metric_name,
    platform,
    count(*) as samples,
    percentile_cont(0.75) within group (order by metric_value) as p75,
    avg((metric_value <= 1800)::int) as good_share
from measured
group by metric_name, platform
order by metric_name, platform
