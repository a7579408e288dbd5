with

dates as (
    select
        date,
        dau,
        wau,
        mau,
        stickiness,
        max(date) over () as as_of_date
    from metrics.active_users_daily
)

select
    date,
    dau,
    wau,
    mau,
    stickiness
from dates
where
    date < as_of_date
    and date >= as_of_date - 365
order by date
