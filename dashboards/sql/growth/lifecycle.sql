with

as_of as (
    select max(date) as as_of_date
    from metrics.active_users_daily
)

select
    lifecycle.week,
    lifecycle.new_users,
    lifecycle.returning_users,
    lifecycle.resurrected_users,
    lifecycle.dormant_users,
    lifecycle.quick_ratio
from metrics.lifecycle_weekly as lifecycle
cross join as_of
where
    lifecycle.week + 7 <= as_of.as_of_date
    and lifecycle.week >= as_of.as_of_date - 365
order by lifecycle.week
