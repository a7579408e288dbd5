{{ config(
    indexes=[{'columns': ['metric'], 'unique': true}],
) }}

-- Reads the marts, a month of each by an index on its date, not the relations beside
-- it: where one of those is defined anew, whatever stands on it is dropped with it.

with

user_interactions_daily as not materialized (
    select * from {{ ref('user_interactions_daily') }}
),

user_sessions as not materialized (
    select * from {{ ref('user_sessions') }}
),

error_logs as not materialized (
    select * from {{ ref('error_logs') }}
),

known_users as (
    select * from {{ ref('int_users_known') }}
    where first_acted_at is not null
),

dates_observed as (
    select * from {{ ref('int_dates_observed') }}
),

bounds as (
    select
        first_date,
        as_of_date - 1 as judged_date,
        as_of_date - 1 - {{ var('anomaly_history_days') }} as from_date
    from dates_observed
    order by build_id desc
    limit 1
),

-- dates before the first event are no history
calendar as (
    select
        days.day::date as date,
        bounds.judged_date
    from bounds
    cross join lateral generate_series(
        greatest(bounds.from_date, bounds.first_date)::timestamp,
        bounds.judged_date::timestamp,
        interval '1 day'
    ) as days (day)
),

user_days_counted as (
    select
        user_interactions_daily.date,
        count(user_interactions_daily.last_event_at) as dau,
        sum(user_interactions_daily.posts_created) as posts_created,
        sum(user_interactions_daily.posts_viewed) as posts_viewed,
        sum(user_interactions_daily.posts_liked) as posts_liked,
        sum(user_interactions_daily.comments_posted) as comments_posted,
        sum(user_interactions_daily.posts_shared) as posts_shared,
        sum(user_interactions_daily.follows_made) as follows_made,
        sum(user_interactions_daily.messages_sent) as messages_sent
    from bounds
    inner join user_interactions_daily
        on
            user_interactions_daily.date
            between bounds.from_date and bounds.judged_date
    group by user_interactions_daily.date
),

new_users_counted as (
    select
        {{ reporting_date('first_acted_at') }} as date,
        count(*) as new_users
    from known_users
    group by {{ reporting_date('first_acted_at') }}
),

sessions_counted as (
    select
        {{ reporting_date('user_sessions.started_at') }} as date,
        count(*) as sessions,
        avg(user_sessions.page_views) as pages_per_session,
        avg(user_sessions.bounce_rate) as bounce_rate
    from bounds
    inner join user_sessions
        on
            user_sessions.started_at >= {{ day_start('bounds.from_date') }}
            and user_sessions.started_at < {{ day_start('bounds.judged_date + 1') }}
    group by {{ reporting_date('user_sessions.started_at') }}
),

errors_counted as (
    select
        {{ reporting_date('error_logs."timestamp"') }} as date,
        count(*) as errors
    from bounds
    inner join error_logs
        on
            error_logs."timestamp" >= {{ day_start('bounds.from_date') }}
            and error_logs."timestamp" < {{ day_start('bounds.judged_date + 1') }}
    group by {{ reporting_date('error_logs."timestamp"') }}
),

-- a date without rows is a zero for what is counted and nothing for what is a ratio
days as (
    select
        calendar.date,
        calendar.judged_date,
        values_of.metric,
        values_of.value::numeric(24, 4) as value
    from calendar
    left join user_days_counted on calendar.date = user_days_counted.date
    left join new_users_counted on calendar.date = new_users_counted.date
    left join sessions_counted on calendar.date = sessions_counted.date
    left join errors_counted on calendar.date = errors_counted.date
    cross join lateral (
        values
        ('dau', coalesce(user_days_counted.dau, 0)),
        ('new_users', coalesce(new_users_counted.new_users, 0)),
        ('sessions', coalesce(sessions_counted.sessions, 0)),
        ('pages_per_session', sessions_counted.pages_per_session),
        ('bounce_rate', sessions_counted.bounce_rate),
        ('posts_created', coalesce(user_days_counted.posts_created, 0)),
        ('posts_viewed', coalesce(user_days_counted.posts_viewed, 0)),
        ('posts_liked', coalesce(user_days_counted.posts_liked, 0)),
        ('comments_posted', coalesce(user_days_counted.comments_posted, 0)),
        ('posts_shared', coalesce(user_days_counted.posts_shared, 0)),
        ('follows_made', coalesce(user_days_counted.follows_made, 0)),
        ('messages_sent', coalesce(user_days_counted.messages_sent, 0)),
        ('errors', coalesce(errors_counted.errors, 0))
    ) as values_of (metric, value)
),

medians as (
    select
        metric,
        {{ median('value') }} as median
    from days
    where date < judged_date
    group by metric
),

deviations as (
    select
        days.metric,
        count(days.value) as history_days,
        {{ median('abs(days.value - medians.median)') }} as mad
    from days
    inner join medians on days.metric = medians.metric
    where days.date < days.judged_date
    group by days.metric
),

judged as (
    select
        days.judged_date as date,
        days.metric,
        days.value,
        medians.median::numeric(24, 6) as median,
        deviations.mad::numeric(24, 6) as mad,
        coalesce(deviations.history_days, 0)::integer as history_days,
        case
            when days.value is null then 'no value'
            when
                coalesce(deviations.history_days, 0)
                < {{ var('anomaly_least_days') }}
                then 'too little history'
            when deviations.mad = 0 then 'history without spread'
        end as note
    from days
    left join medians on days.metric = medians.metric
    left join deviations on days.metric = deviations.metric
    where days.date = days.judged_date
),

scored as (
    select
        *,
        (
            case when note is null then 0.6745 * (value - median) / mad end
        )::numeric(24, 4) as robust_z
    from judged
),

anomalies as (
    select
        date,
        metric,
        value,
        median,
        mad,
        history_days,
        robust_z,
        coalesce(abs(robust_z) > {{ var('anomaly_threshold') }}, false)
            as is_anomaly,
        note
    from scored
)

select * from anomalies
