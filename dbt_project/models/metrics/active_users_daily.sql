{{ config(
    indexes=[{'columns': ['date'], 'unique': true}],
) }}

-- An active day of a user keeps them in the window of n dates until n dates later or
-- until their next active day, whichever comes first. Counting those entries and exits
-- and summing them up gives distinct users in one pass, whatever the window's length.

with

user_interactions_daily as (
    select * from {{ ref('user_interactions_daily') }}
    where last_event_at is not null
),

dates_observed as (
    select * from {{ ref('int_dates_observed') }}
),

active_days as (
    select
        date,
        coalesce(
            lead(date) over (partition by user_id order by date), 'infinity'
        ) as next_date
    from user_interactions_daily
),

movements as (
    select
        date,
        1 as daily,
        1 as weekly,
        1 as monthly
    from active_days
    union all
    select
        date + 1 as date,
        -1 as daily,
        0 as weekly,
        0 as monthly
    from active_days
    union all
    select
        least(date + 7, next_date) as date,
        0 as daily,
        -1 as weekly,
        0 as monthly
    from active_days
    union all
    select
        least(date + 30, next_date) as date,
        0 as daily,
        0 as weekly,
        -1 as monthly
    from active_days
),

net_movements as (
    select
        date,
        sum(daily) as daily,
        sum(weekly) as weekly,
        sum(monthly) as monthly
    from movements
    group by date
),

bounds as (
    select
        first_date,
        as_of_date
    from dates_observed
    order by build_id desc
    limit 1
),

calendar as (
    select days.day::date as date
    from bounds
    cross join lateral generate_series(
        bounds.first_date::timestamp, bounds.as_of_date::timestamp, interval '1 day'
    ) as days (day)
),

running as (
    select
        calendar.date,
        sum(net_movements.daily) over by_date as dau,
        sum(net_movements.weekly) over by_date as wau,
        sum(net_movements.monthly) over by_date as mau
    from calendar
    left join net_movements on calendar.date = net_movements.date
    window by_date as (order by calendar.date)
),

active_users as (
    select
        date,
        coalesce(dau, 0)::integer as dau,
        coalesce(wau, 0)::integer as wau,
        coalesce(mau, 0)::integer as mau,
        (dau::numeric / nullif(mau, 0))::numeric(5, 4) as stickiness
    from running
)

select * from active_users
