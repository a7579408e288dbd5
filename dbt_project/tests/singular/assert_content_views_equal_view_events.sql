{{ config(meta={'dagster': {'ref': {'name': 'int_content_days_summarized'}}}) }}

-- No view is lost between the events and the content: of each date, the views that days
-- of content sum are the processed view events of that date.

with

events as (
    select * from {{ ref('events') }}
    where
        status = 'processed'
        and event_name in ('post_view', 'story_view', 'news_article_view')
),

days as (
    select * from {{ ref('int_content_days_summarized') }}
    where views_count > 0
),

events_counted as (
    select
        date,
        count(*) as views
    from events
    group by date
),

days_counted as (
    select
        date,
        sum(views_count) as views
    from days
    group by date
)

select
    events_counted.date,
    events_counted.views,
    days_counted.views as views_of_content
from events_counted
full outer join days_counted on events_counted.date = days_counted.date
where events_counted.views is distinct from days_counted.views
