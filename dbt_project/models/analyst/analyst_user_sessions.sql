with

user_sessions as not materialized (
    select
        *,
        -- as arrays, since two of them are equal where both lack a part
        array[country] as country_path,
        array[country, region] as region_path,
        array[country, region, city] as city_path,
        coalesce(user_id, id) as person
    from {{ ref('user_sessions') }}
),

countries_counted as (
    select
        country_path,
        count(distinct person) as people
    from user_sessions
    group by country_path
),

regions_counted as (
    select
        region_path,
        count(distinct person) as people
    from user_sessions
    group by region_path
),

cities_counted as (
    select
        city_path,
        count(distinct person) as people
    from user_sessions
    group by city_path
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
        {{ folded_place('sessions.city', 'cities_counted.people') }} as city,
        {{ folded_place('sessions.region', 'regions_counted.people') }} as region,
        {{ folded_place('sessions.country', 'countries_counted.people') }} as country,
        sessions.bounce_rate,
        sessions.scroll_depth_avg,
        sessions.time_to_first_interaction
    from user_sessions as sessions
    left join countries_counted
        on sessions.country_path = countries_counted.country_path
    left join regions_counted
        on sessions.region_path = regions_counted.region_path
    left join cities_counted
        on sessions.city_path = cities_counted.city_path
)

select * from analyst_user_sessions
