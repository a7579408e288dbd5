-- How many people are active, and is that more than a week ago?

with

days as (
    select distinct
        user_id,
        ("timestamp" at time zone 'UTC')::date as date
    from raw.events
    where user_id is not null
),

calendar as (
    select distinct date
    from days
    order by date desc
    limit 35
),

counted as (
    select
        calendar.date,
        count(distinct days.user_id) filter (
            where days.date = calendar.date
        ) as dau,
        count(distinct days.user_id) filter (
            where days.date > calendar.date - 7
        ) as wau,
        count(distinct days.user_id) as mau
    from calendar
    inner join days on days.date between calendar.date - 29 and calendar.date
    group by calendar.date
)

select
    date,
    dau,
    wau,
    mau,
    dau::numeric / mau as stickiness,
    wau - lag(wau, 7) over (order by date) as wau_gained
from counted
order by date desc
limit 28
