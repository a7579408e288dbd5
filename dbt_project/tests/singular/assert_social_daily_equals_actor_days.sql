{{ config(meta={'dagster': {'ref': {'name': 'social_daily'}}}) }}

-- Two ways from the events to a date's follows, messages and profile views agree: by
-- whom they were done to, and by who did them.

with

social_daily as (
    select * from {{ ref('social_daily') }}
),

actor_days as (
    select * from {{ ref('int_actor_days_counted') }}
    where
        event_name in {{ social_event_names() }}
        and events_count > 0
),

days_counted as (
    select
        date,
        sum(events_count) filter (where event_name = 'user_follow') as follows,
        sum(events_count) filter (where event_name = 'message_sent') as messages,
        sum(events_count) filter (where event_name = 'profile_view') as profile_views
    from actor_days
    group by date
)

select
    social_daily.date,
    days_counted.date as date_of_actors
from social_daily
full outer join days_counted on social_daily.date = days_counted.date
where
    social_daily.date is null
    or days_counted.date is null
    or social_daily.follows + social_daily.unfollows
    <> coalesce(days_counted.follows, 0)
    or social_daily.messages <> coalesce(days_counted.messages, 0)
    or social_daily.profile_views <> coalesce(days_counted.profile_views, 0)
