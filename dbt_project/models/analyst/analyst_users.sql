with

users as not materialized (
    select * from {{ ref('users') }}
),

countries_counted as (
    select
        country_code,
        count(*) as people
    from users
    group by country_code
),

timezones_counted as (
    select
        timezone,
        count(*) as people
    from users
    group by timezone
),

analyst_users as (
    select
        users.id,
        users.role,
        users.created_at,
        users.updated_at,
        users.last_active_at,
        {{ folded_place('users.timezone', 'timezones_counted.people') }} as timezone,
        users.language,
        {{ folded_place('users.country_code', 'countries_counted.people') }}
            as country_code,
        users.registration_source,
        users.total_posts,
        users.total_likes_given,
        users.total_likes_received,
        users.total_comments_given,
        users.total_comments_received,
        users.total_shares_given,
        users.total_shares_received,
        users.total_followers,
        users.total_following,
        users.total_sessions,
        users.total_session_duration,
        users.engagement_score
    from users
    left join countries_counted
        on users.country_code = countries_counted.country_code
    left join timezones_counted
        on users.timezone = timezones_counted.timezone
)

select * from analyst_users
