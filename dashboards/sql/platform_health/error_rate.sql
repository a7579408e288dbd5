with

dates as (
    select
        date,
        max(date) over () as as_of_date
    from metrics.active_users_daily
),

errors as (
    select
        date,
        sum(errors_per_1k_events) as errors_per_1k_events,
        sum(errors) as errors
    from metrics.errors_daily
    group by date
)

select
    dates.date,
    coalesce(errors.errors_per_1k_events, 0) as errors_per_1k_events,
    coalesce(errors.errors, 0) as errors
from dates
left join errors on dates.date = errors.date
where
    dates.date < dates.as_of_date
    and dates.date >= dates.as_of_date - 365
order by dates.date
