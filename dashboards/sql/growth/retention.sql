with

as_of as (
    select max(date) as as_of_date
    from metrics.active_users_daily
)

select
    retention.cohort_week,
    retention.weeks_since,
    retention.cohort_users,
    retention.retained_users,
    retention.retention_rate
from metrics.retention_weekly as retention
cross join as_of
where
    retention.cohort_users > 0
    and retention.cohort_week + 7 * (retention.weeks_since + 1) <= as_of.as_of_date
    and retention.cohort_week >= as_of.as_of_date - 7 * 26
order by
    retention.cohort_week,
    retention.weeks_since
