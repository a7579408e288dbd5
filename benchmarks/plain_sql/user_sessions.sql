-- The least that marts.user_sessions takes: events in order, folded once.

create table plain.user_sessions as

with

gaps as (
    select
        *,
        session_id is null and coalesce(
            "timestamp" - lag("timestamp") over by_time > interval '30 minutes', true
        ) as starts_visit
    from plain.events
    where
        status = 'processed'
        and (session_id is not null or user_id is not null)
    window by_time as (
        partition by session_id, actor_key order by "timestamp", event_ref collate "C"
    )
),

visits as (
    select
        *,
        case
            when session_id is null
                then count(*) filter (where starts_visit) over (
                    partition by session_id, actor_key
                    order by "timestamp", event_ref collate "C"
                )
        end as visit
    from gaps
),

folded as (
    select
        session_id,
        case when session_id is null then actor_key end as visitor,
        visit,
        min(session_ref) as session_ref,
        (
            array_agg(user_id order by "timestamp", event_ref collate "C")
            filter (where user_id is not null)
        )[1
        ] as user_id,
        (
            array_agg(user_ref order by "timestamp", event_ref collate "C")
            filter (where user_id is not null)
        )[1
        ] as user_ref,
        (
            array_agg(event_data order by "timestamp", event_ref collate "C")
            filter (where event_name = 'session_start')
        )[1
        ] as start,
        (
            array_agg(platform order by "timestamp", event_ref collate "C")
            filter (where platform is not null)
        )[1
        ] as platform,
        (
            array_agg(user_agent order by "timestamp", event_ref collate "C")
            filter (where user_agent is not null)
        )[1
        ] as user_agent,
        (
            array_agg(ip_address order by "timestamp", event_ref collate "C")
            filter (where ip_address is not null)
        )[1
        ] as ip_address,
        (
            array_agg(city order by "timestamp", event_ref collate "C")
            filter (where city is not null)
        )[1
        ] as city,
        (
            array_agg(region order by "timestamp", event_ref collate "C")
            filter (where region is not null)
        )[1
        ] as region,
        (
            array_agg(country order by "timestamp", event_ref collate "C")
            filter (where country is not null)
        )[1
        ] as country,
        min("timestamp") as started_at,
        max("timestamp") as ended_at,
        count(*) filter (where event_name = 'page_view') as page_views,
        count(*) filter (where is_interaction) as interactions,
        min("timestamp") filter (where is_interaction) as first_interaction_at,
        avg((event_data ->> 'scrollDepth')::numeric)
        filter (where event_name = 'page_view') as scroll_depth_avg
    from visits
    group by
        session_id,
        case when session_id is null then actor_key end,
        visit
),

named as (
    select
        *,
        coalesce(
            session_ref,
            'auto:' || user_ref || ':'
            || floor(extract(epoch from started_at) * 1000)::bigint
        ) as full_ref
    from folded
)

select
    coalesce(session_id, md5('inferred_session:' || full_ref)::uuid) as id,
    full_ref as session_ref,
    user_id,
    user_ref,
    full_ref as session_token,
    session_id is null as is_inferred,
    coalesce((start ->> 'platform')::marts.platform_type, platform) as platform,
    start -> 'deviceInfo' as device_info,
    coalesce((start ->> 'ipAddress')::inet, ip_address) as ip_address,
    coalesce(start ->> 'userAgent', user_agent) as user_agent,
    start ->> 'screenResolution' as screen_resolution,
    start ->> 'viewportSize' as viewport_size,
    started_at,
    ended_at,
    ended_at - started_at as duration,
    page_views::integer as page_views,
    interactions::integer as interactions,
    coalesce(start ->> 'city', city) as city,
    coalesce(start ->> 'region', region) as region,
    coalesce(start ->> 'country', country) as country,
    case
        when page_views <= 1 and interactions = 0 then 1
        else 0
    end::numeric(5, 4) as bounce_rate,
    scroll_depth_avg::numeric(5, 4) as scroll_depth_avg,
    first_interaction_at - started_at as time_to_first_interaction
from named
