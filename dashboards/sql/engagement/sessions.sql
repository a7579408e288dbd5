with

as_of as (
    select max(date) as as_of_date
    from metrics.active_users_daily
),

sessions as (
    select
        (started_at at time zone 'UTC')::date as date,
        coalesce(platform::text, 'not told') as platform,
        coalesce(country, 'not told') as country,
        duration,
        page_views,
        bounce_rate
    from analyst.user_sessions
)

select
    sessions.date,
    sessions.platform,
    sessions.country,
    count(*) as sessions,
    round(sum(extract(epoch from sessions.duration)) / 60, 2) as minutes,
    sum(sessions.page_views) as page_views,
    sum(sessions.bounce_rate)::bigint as bounced
from sessions
cross join as_of
where
    sessions.date < as_of.as_of_date
    and sessions.date >= as_of.as_of_date - 365
group by
    sessions.date,
    sessions.platform,
    sessions.country
order by
    sessions.date,
    sessions.platform,
    sessions.country
