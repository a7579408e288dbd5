-- How do visits differ between platforms?

with

range as (
    select (max("timestamp") at time zone 'UTC')::date - 27 as starts_on
    from raw.events
),

sessions as (
    select
        session_id,
        min(user_id) as user_id,
        min("timestamp") as started_at,
        max("timestamp") - min("timestamp") as duration,
        coalesce(min(data ->> 'platform'), min(metadata ->> 'platform')) as platform,
        count(*) filter (where event_name = 'page_view') as page_views,
        count(*) filter (
            where event_name like 'post\_%' and event_name <> 'post_view'
        ) as interactions
    from raw.events
    where session_id is not null
    group by session_id
)

select
    sessions.platform,
    count(*) as sessions,
    count(distinct sessions.user_id) as users,
    percentile_cont(0.5) within group (order by sessions.duration) as median_duration,
    avg(sessions.page_views) as pages_per_session,
    avg((sessions.page_views <= 1 and sessions.interactions = 0)::int) as bounce_rate
from sessions
inner join range
    on sessions.started_at >= range.starts_on::timestamp at time zone 'UTC'
group by sessions.platform
order by sessions desc
