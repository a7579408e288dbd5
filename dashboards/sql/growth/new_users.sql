with

as_of as (
    select max(date) as as_of_date
    from metrics.active_users_daily
),

users as (
    select
        date_trunc('week', created_at at time zone 'UTC')::date as week,
        coalesce(country_code, 'not told') as country,
        coalesce(registration_source, 'not told') as registration_source
    from analyst.users
)

select
    users.week,
    users.country,
    users.registration_source,
    count(*) as users
from users
cross join as_of
where
    users.week + 7 <= as_of.as_of_date
    and users.week >= as_of.as_of_date - 365
group by
    users.week,
    users.country,
    users.registration_source
order by
    users.week,
    users.country,
    users.registration_source
