{{ config(
    indexes=[{'columns': ['week'], 'unique': true}],
) }}

-- One sort of a user's active dates and one pass over them: the first date of each week
-- is an active week, and the week of the date before tells whether the user is new or
-- returning. Who was active the week before and does not return is dormant.

with

user_interactions_daily as (
    select * from {{ ref('user_interactions_daily') }}
    where last_event_at is not null
),

dates_observed as (
    select * from {{ ref('int_dates_observed') }}
),

active_dates as (
    select
        user_id,
        {{ week_of('date') }} as week
    from user_interactions_daily
),

neighbours as (
    select
        week,
        lag(week) over (partition by user_id order by week) as week_before
    from active_dates
),

weeks_counted as (
    select
        week,
        count(*) as active_users,
        count(*) filter (where week_before is null) as new_users,
        count(*) filter (where week_before = week - 7) as returning_users
    from neighbours
    where week_before is distinct from week
    group by week
),

bounds as (
    select
        {{ week_of('first_date') }} as first_week,
        {{ week_of('as_of_date') }} as last_week
    from dates_observed
    order by build_id desc
    limit 1
),

calendar as (
    select bounds.first_week + 7 * weeks.week_number as week
    from bounds
    cross join lateral generate_series(
        0, (bounds.last_week - bounds.first_week) / 7
    ) as weeks (week_number)
),

weeks_filled as (
    select
        calendar.week,
        {{ count_or_zero('weeks_counted.active_users') }} as active_users,
        {{ count_or_zero('weeks_counted.new_users') }} as new_users,
        {{ count_or_zero('weeks_counted.returning_users') }} as returning_users
    from calendar
    left join weeks_counted on calendar.week = weeks_counted.week
),

weeks_compared as (
    select
        *,
        lag(active_users, 1, 0) over (order by week) - returning_users
            as dormant_users
    from weeks_filled
),

lifecycle as (
    select
        week,
        new_users,
        returning_users,
        active_users - new_users - returning_users as resurrected_users,
        dormant_users,
        active_users,
        (
            (active_users - returning_users)::numeric / nullif(dormant_users, 0)
        )::numeric(14, 4) as quick_ratio
    from weeks_compared
)

select * from lifecycle
