with

as_of as (
    select max(date) as as_of_date
    from metrics.active_users_daily
)

select
    social.date,
    social.follows,
    social.unfollows,
    social.messages,
    social.profile_views
from metrics.social_daily as social
cross join as_of
where
    social.date < as_of.as_of_date
    and social.date >= as_of.as_of_date - 365
order by social.date
