with

reported as (
    select '2024-01-29'::date as week
),

sessions as (
    select
        date_trunc('week', started_at at time zone 'UTC')::date as week,
        country,
        platform
    from analyst.user_sessions
)

select
    sessions.week,
    'sessions' as number,
    sessions.country,
    sessions.platform,
    null as content,
    count(*) as value
from sessions
cross join reported
where sessions.week between reported.week - 84 and reported.week
group by
    sessions.week,
    sessions.country,
    sessions.platform
