with

as_of as (
    select max(date) as as_of_date
    from metrics.active_users_daily
)

select
    errors.date,
    coalesce(errors.platform::text, 'not told') as platform,
    errors.severity,
    coalesce(errors.category, 'not told') as category,
    count(*) as errors,
    count(*) filter (where errors.resolved) as resolved
from marts.error_logs as errors
cross join as_of
where
    errors.date < as_of.as_of_date
    and errors.date >= as_of.as_of_date - 365
group by
    errors.date,
    errors.platform,
    errors.severity,
    errors.category
order by
    errors.date,
    errors.platform,
    errors.severity,
    errors.category
