-- Of those who come, how many come back?

with

weeks as (
    select distinct
        user_id,
        date_trunc('week', "timestamp" at time zone 'UTC')::date as week
    from raw.events
    where user_id is not null
),

cohorts as (
    select
        user_id,
        min(week) as cohort_week
    from weeks
    group by user_id
),

bounds as (
    select max(week) as last_week
    from weeks
),

retained as (
    select
        (weeks.week - cohorts.cohort_week) / 7 as weeks_since,
        count(*) as retained_users
    from weeks
    inner join cohorts on weeks.user_id = cohorts.user_id
    inner join bounds on weeks.week < bounds.last_week
    group by weeks_since
)

select
    retained.weeks_since,
    count(cohorts.user_id) as users,
    retained.retained_users,
    round(retained.retained_users::numeric / count(cohorts.user_id), 4)
        as retention_rate
from retained
cross join bounds
inner join cohorts
    on cohorts.cohort_week + 7 * retained.weeks_since < bounds.last_week
group by retained.weeks_since, retained.retained_users
order by retained.weeks_since
limit 12
