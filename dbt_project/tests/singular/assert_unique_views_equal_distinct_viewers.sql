{{ config(meta={'dagster': {'ref': {'name': 'content_analytics'}}}) }}

-- Unique views are kept in a ledger and never counted again: here they are, from the
-- events, and every content must have as many.

with

content_events as (
    select * from {{ ref('int_content_events') }}
    where
        is_view
        and is_processed
),

content_analytics as (
    select * from {{ ref('content_analytics') }}
    where views_count > 0
),

views_counted as (
    select
        content_type,
        content_id,
        count(*) as views,
        count(distinct viewer_key) as viewers
    from content_events
    group by
        content_type,
        content_id
)

select
    views_counted.content_type,
    views_counted.content_id,
    views_counted.views,
    views_counted.viewers,
    content_analytics.views_count,
    content_analytics.unique_views_count
from views_counted
full outer join content_analytics
    on
        views_counted.content_id = content_analytics.content_id
        and views_counted.content_type = content_analytics.content_type
where
    views_counted.views is distinct from content_analytics.views_count
    or views_counted.viewers is distinct from content_analytics.unique_views_count
