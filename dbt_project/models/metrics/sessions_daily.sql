{{ config(
    indexes=[{'columns': ['date'], 'unique': true}],
) }}

-- Distinct users of a date are the rows of `user_interactions_daily` with a session
-- that started then, so that no sessions have to be sorted by user.

with

user_sessions as (
    select * from {{ ref('user_sessions') }}
),

user_interactions_daily as (
    select * from {{ ref('user_interactions_daily') }}
    where sessions_count > 0
),

sessions_counted as (
    select
        {{ reporting_date('started_at') }} as date,
        count(*) as sessions,
        extract(epoch from sum(duration)) as seconds,
        sum(page_views) as page_views,
        sum(bounce_rate) as bounces
    from user_sessions
    group by {{ reporting_date('started_at') }}
),

users_counted as (
    select
        date,
        count(*) as users
    from user_interactions_daily
    group by date
),

sessions as (
    select
        sessions_counted.date,
        sessions_counted.sessions,
        coalesce(users_counted.users, 0) as users,
        -- divided as a number: PostgreSQL divides an interval in binary
        make_interval(
            secs => round(sessions_counted.seconds / sessions_counted.sessions, 6)
        ) as avg_duration,
        (
            sessions_counted.page_views::numeric / sessions_counted.sessions
        )::numeric(14, 4) as pages_per_session,
        (
            sessions_counted.bounces / sessions_counted.sessions
        )::numeric(5, 4) as bounce_rate
    from sessions_counted
    left join users_counted on sessions_counted.date = users_counted.date
)

select * from sessions
