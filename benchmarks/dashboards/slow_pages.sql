-- The slow end of each measurement, by platform.

select
    date,
    metric_name,
    platform,
    p75,
    p95
from metrics.performance_daily
where
    date > (
        select max(latest.date) - 28
        from metrics.performance_daily as latest
    )
order by date, metric_name, platform
