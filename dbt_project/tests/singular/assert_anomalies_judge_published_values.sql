{{ config(meta={'dagster': {'ref': {'name': 'anomalies'}}}) }}

-- The values judged are computed from the marts, and must be those that the relations
-- beside them publish for the date.

with

anomalies as (
    select * from {{ ref('anomalies') }}
),

active_users_daily as (
    select * from {{ ref('active_users_daily') }}
),

sessions_daily as (
    select * from {{ ref('sessions_daily') }}
),

errors_daily as (
    select * from {{ ref('errors_daily') }}
),

published as (
    select
        date,
        'dau' as metric,
        dau as value
    from active_users_daily
    union all
    select
        date,
        'sessions' as metric,
        sessions as value
    from sessions_daily
    union all
    select
        date,
        'pages_per_session' as metric,
        pages_per_session as value
    from sessions_daily
    union all
    select
        date,
        'bounce_rate' as metric,
        bounce_rate as value
    from sessions_daily
    union all
    select
        date,
        'errors' as metric,
        sum(errors) as value
    from errors_daily
    group by date
)

select
    anomalies.date,
    anomalies.metric,
    anomalies.value,
    published.value as published_value
from anomalies
left join published
    on
        anomalies.date = published.date
        and anomalies.metric = published.metric
where
    anomalies.metric in (
        'dau', 'sessions', 'pages_per_session', 'bounce_rate', 'errors'
    )
    and coalesce(anomalies.value, 0) <> coalesce(published.value, 0)
