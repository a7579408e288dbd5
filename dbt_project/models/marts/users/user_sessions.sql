{{ config(
    touched='int_sessions_replaced',
    touched_on='target.id = touched.session_id',
    newest_alone=true,
    indexes=[
        {'columns': ['user_id', 'started_at']},
        {'columns': ['started_at']},
    ],
) }}

-- the strategy deletes by this log, which the query has no need to read
-- depends_on: {{ ref('int_sessions_replaced') }}

with

events as not materialized (
    select * from {{ ref('events') }}
    where status = 'processed'
),

touched as (
    select * from {{ ref('int_sessions_touched') }}
    where build_id = {{ build_to_follow(ref('int_sessions_touched')) }}
),

events_with_session as (
    {% if is_incremental() %}
    select found.*
    from touched
    -- offset 0: a look-up by index each, not a join that reads every month
    cross join lateral (
        select * from events
        where
            session_id = touched.session_id
            and "timestamp" between touched.from_at and touched.to_at
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select * from events
    where session_id is not null
    {% endif %}
),

events_without_session as (
    {% if is_incremental() %}
    select found.*
    from touched
    cross join lateral (
        select * from events
        where
            actor_key = touched.user_id
            and session_id is null
            and "timestamp" between touched.from_at and touched.to_at
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select * from events
    where
        session_id is null
        and user_id is not null
    {% endif %}
),

gaps_marked as (
    select
        *,
        coalesce(
            "timestamp" - lag("timestamp") over by_time > {{ session_gap() }}, true
        ) as starts_session
    from events_without_session
    window by_time as (
        partition by actor_key order by "timestamp", event_ref collate "C"
    )
),

visits_numbered as (
    select
        *,
        count(*) filter (where starts_session) over (
            partition by actor_key
            order by "timestamp", event_ref collate "C"
            rows unbounded preceding
        ) as visit_number
    from gaps_marked
),

visits_named as (
    select
        *,
        'auto:' || first_value(user_ref) over by_visit || ':' || floor(
            extract(epoch from first_value("timestamp") over by_visit) * 1000
        )::bigint as inferred_ref
    from visits_numbered
    window by_visit as (
        partition by actor_key, visit_number
        order by "timestamp", event_ref collate "C"
    )
),

session_events as (
    select
        session_id as id,
        session_ref,
        false as is_inferred,
        actor_key,
        user_id,
        user_ref,
        event_ref,
        event_name,
        event_data,
        is_interaction,
        "timestamp",
        platform,
        ip_address,
        user_agent,
        city,
        region,
        country
    from events_with_session
    union all
    select
        {{ source_uuid("'inferred_session'", 'inferred_ref') }} as id,
        inferred_ref as session_ref,
        true as is_inferred,
        actor_key,
        user_id,
        user_ref,
        event_ref,
        event_name,
        event_data,
        is_interaction,
        "timestamp",
        platform,
        ip_address,
        user_agent,
        city,
        region,
        country
    from visits_named
),

starts_unpacked as (
    select
        *,
        case when event_name = 'session_start' then event_data end as start_data,
        case
            when event_name = 'page_view' and event_data ->> 'scrollDepth' is not null
                then (event_data ->> 'scrollDepth')::numeric
        end as scroll_depth
    from session_events
),

aggregated as (
    select
        id,
        is_inferred,
        {{ earliest('session_ref') }} as session_ref,
        {{ earliest('user_id') }} as user_id,
        {{ earliest('user_ref') }} as user_ref,
        {{ earliest(platform("start_data ->> 'platform'")) }} as start_platform,
        {{ earliest('platform') }} as platform,
        {{ earliest("nullif(start_data -> 'deviceInfo', 'null')") }} as device_info,
        {{ earliest("(start_data ->> 'ipAddress')::inet") }} as start_ip_address,
        {{ earliest('ip_address') }} as ip_address,
        {{ earliest("start_data ->> 'userAgent'") }} as start_user_agent,
        {{ earliest('user_agent') }} as user_agent,
        {{ earliest("start_data ->> 'screenResolution'") }} as screen_resolution,
        {{ earliest("start_data ->> 'viewportSize'") }} as viewport_size,
        {{ earliest("start_data ->> 'city'") }} as start_city,
        {{ earliest('city') }} as city,
        {{ earliest("start_data ->> 'region'") }} as start_region,
        {{ earliest('region') }} as region,
        {{ earliest("start_data ->> 'country'") }} as start_country,
        {{ earliest('country') }} as country,
        min("timestamp") as started_at,
        max("timestamp") as ended_at,
        count(*) filter (where event_name = 'page_view') as page_views,
        count(*) filter (where is_interaction) as interactions,
        min("timestamp") filter (where is_interaction) as first_interaction_at,
        avg(scroll_depth) as scroll_depth_avg
    from starts_unpacked
    group by
        id,
        is_inferred
),

sessions as (
    select
        -- keys
        id,
        session_ref,
        user_id,
        user_ref,
        session_ref as session_token,
        is_inferred,

        -- device
        coalesce(start_platform, platform) as platform,
        device_info,
        coalesce(start_ip_address, ip_address) as ip_address,
        coalesce(start_user_agent, user_agent) as user_agent,
        screen_resolution,
        viewport_size,

        -- course
        started_at,
        ended_at,
        ended_at - started_at as duration,
        page_views::integer as page_views,
        interactions::integer as interactions,

        -- geography
        coalesce(start_city, city) as city,
        coalesce(start_region, region) as region,
        coalesce(start_country, country) as country,

        -- quality
        case
            when page_views <= 1 and interactions = 0 then 1
            else 0
        end::numeric(5, 4) as bounce_rate,
        scroll_depth_avg::numeric(5, 4) as scroll_depth_avg,
        first_interaction_at - started_at as time_to_first_interaction
    from aggregated
)

select * from sessions
