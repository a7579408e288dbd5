{{ config(meta={'dagster': {'ref': {'name': 'feature_adoption'}}}) }}

-- No feature has more users on a date than were active then, and on a date with active
-- users there is a feature that somebody used.

with

feature_adoption as (
    select * from {{ ref('feature_adoption') }}
),

active_users_daily as (
    select * from {{ ref('active_users_daily') }}
    where dau > 0
),

most_used as (
    select
        date,
        max(users) as users
    from feature_adoption
    group by date
)

select
    active_users_daily.date,
    active_users_daily.dau,
    most_used.users
from active_users_daily
full outer join most_used on active_users_daily.date = most_used.date
where
    active_users_daily.dau is null
    or most_used.users is null
    or most_used.users > active_users_daily.dau
