{{ config(
    indexes=[{'columns': ['cohort_week', 'weeks_since'], 'unique': true}],
) }}

-- One sort of a user's active dates and one pass over them: the first date of each week
-- is an active week, which knows its user's first one; one count by both gives all
-- retained users. A cohort's users are those retained after 0 weeks. Nothing is joined
-- but the few rows of the result.

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
        lag(week) over by_week as week_before,
        first_value(week) over by_week as cohort_week
    from active_dates
    window by_week as (partition by user_id order by week)
),

retained as (
    select
        cohort_week,
        (week - cohort_week) / 7 as weeks_since,
        count(*) as users
    from neighbours
    where week_before is distinct from week
    group by
        cohort_week,
        week
),

as_of as (
    select {{ week_of('as_of_date') }} as week
    from dates_observed
    order by build_id desc
    limit 1
),

cohorts as (
    select
        retained.cohort_week,
        retained.users as cohort_users,
        (as_of.week - retained.cohort_week) / 7 as last_weeks_since
    from retained
    cross join as_of
    where retained.weeks_since = 0
),

ages as (
    select
        cohorts.cohort_week,
        cohorts.cohort_users,
        weeks.weeks_since
    from cohorts
    cross join lateral generate_series(
        0, cohorts.last_weeks_since
    ) as weeks (weeks_since)
),

retention as (
    select
        ages.cohort_week,
        ages.weeks_since,
        ages.cohort_users::integer as cohort_users,
        {{ count_or_zero('retained.users') }} as retained_users,
        (coalesce(retained.users, 0)::numeric / ages.cohort_users)::numeric(5, 4)
            as retention_rate
    from ages
    left join retained
        on
            ages.cohort_week = retained.cohort_week
            and ages.weeks_since = retained.weeks_since
)

select * from retention
