with

as_of as (
    select max(date) as as_of_date
    from metrics.active_users_daily
),

sessions as (
    select
        (started_at at time zone 'UTC')::date as date,
        coalesce(platform::text, 'not told') as platform,
        user_id
    from analyst.user_sessions
)

select
    sessions.date,
    sessions.platform,
    count(distinct sessions.user_id) as users
from sessions
cross join as_of
where
    sessions.date < as_of.as_of_date
    and sessions.date >= as_of.as_of_date - 365
group by
    sessions.date,
    sessions.platform
order by
    sessions.date,
    sessions.platform
