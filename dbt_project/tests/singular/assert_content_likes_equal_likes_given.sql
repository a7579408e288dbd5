{{ config(meta={'dagster': {'ref': {'name': 'content_analytics'}}}) }}

-- Likes are given by users and received by posts: a ledger of who came to like what and
-- ceased to, summed by post, must give the likes that states sum by user.

with

users as (
    select * from {{ ref('users') }}
),

content_analytics as (
    select * from {{ ref('content_analytics') }}
),

totals as (
    select
        (select sum(users.total_likes_given) from users) as given,
        (select sum(content_analytics.likes_count) from content_analytics) as received
)

select *
from totals
where coalesce(given, 0) <> coalesce(received, 0)
