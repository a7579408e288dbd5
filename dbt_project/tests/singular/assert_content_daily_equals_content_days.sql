{{ config(meta={'dagster': {'ref': {'name': 'content_daily'}}}) }}

-- Two ways from the events to a date's content agree: by actors and by contents.

with

content_daily as (
    select * from {{ ref('content_daily') }}
),

content_days as (
    select * from {{ ref('int_content_days_summarized') }}
    where views_count + shares_count + comments_count > 0
),

days_counted as (
    select
        date,
        content_type,
        sum(views_count) as views,
        sum(shares_count) as shares,
        sum(comments_count) as comments
    from content_days
    group by
        date,
        content_type
)

select
    content_daily.date,
    content_daily.content_type,
    days_counted.date as date_of_contents,
    days_counted.content_type as type_of_contents
from content_daily
full outer join days_counted
    on
        content_daily.date = days_counted.date
        and content_daily.content_type = days_counted.content_type
where
    coalesce(content_daily.views, 0) <> coalesce(days_counted.views, 0)
    or coalesce(content_daily.shares, 0) <> coalesce(days_counted.shares, 0)
    or coalesce(content_daily.comments, 0) <> coalesce(days_counted.comments, 0)
