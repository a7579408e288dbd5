with

as_of as (
    select max(date) as as_of_date
    from metrics.active_users_daily
)

select
    content.date,
    content.content_type,
    content.views,
    content.likes,
    content.comments,
    content.shares,
    content.likes + content.comments + content.shares as reactions
from metrics.content_daily as content
cross join as_of
where
    content.date < as_of.as_of_date
    and content.date >= as_of.as_of_date - 365
order by
    content.date,
    content.content_type
