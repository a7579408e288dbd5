with

active as (
    select
        date,
        dau,
        max(date) over () as as_of_date
    from metrics.active_users_daily
)

select
    features.date,
    features.event_name,
    features.users,
    active.dau
from metrics.feature_adoption as features
inner join active on features.date = active.date
where
    features.date < active.as_of_date
    and features.date >= active.as_of_date - 365
order by
    features.date,
    features.event_name
