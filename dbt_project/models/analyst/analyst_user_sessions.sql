with

user_sessions as not materialized (
    select * from {{ ref('user_sessions') }}
),

places_counted as not materialized (
    select * from {{ ref('int_session_places_counted') }}
),

analyst_user_sessions as (
    select
        sessions.id,
        sessions.user_id,
        sessions.is_inferred,
        sessions.platform,
        sessions.screen_resolution,
        sessions.viewport_size,
        sessions.started_at,
        sessions.ended_at,
        sessions.duration,
        sessions.page_views,
        sessions.interactions,
        {{ folded_place('sessions.city', 'cities.people') }} as city,
        {{ folded_place('sessions.region', 'regions.people') }} as region,
        {{ folded_place('sessions.country', 'countries.people') }} as country,
        sessions.bounce_rate,
        sessions.scroll_depth_avg,
        sessions.time_to_first_interaction
    from user_sessions as sessions
    left join places_counted as countries
        on array[sessions.country] = countries.place
    left join places_counted as regions
        on array[sessions.country, sessions.region] = regions.place
    left join places_counted as cities
        on array[sessions.country, sessions.region, sessions.city] = cities.place
)

select * from analyst_user_sessions
