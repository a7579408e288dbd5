{{ config(
    indexes=[
        {'columns': ['date', 'event_name'], 'unique': true},
        {'columns': ['event_name', 'date']},
    ],
) }}

with

actor_days as (
    select * from {{ ref('int_actor_days_counted') }}
    where
        is_user
        and events_count > 0
),

user_interactions_daily as (
    select * from {{ ref('user_interactions_daily') }}
    where last_event_at is not null
),

users_counted as (
    select
        date,
        event_name,
        count(*) as users
    from actor_days
    group by
        date,
        event_name
),

active_users as (
    select
        date,
        count(*) as dau
    from user_interactions_daily
    group by date
),

adoption as (
    select
        users_counted.date,
        users_counted.event_name,
        users_counted.users,
        (users_counted.users::numeric / active_users.dau)::numeric(5, 4)
            as adoption_rate
    from users_counted
    inner join active_users on users_counted.date = active_users.date
)

select * from adoption
