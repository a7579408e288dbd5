-- What goes viral?

with

content as (
    select
        data ->> 'postId' as content_ref,
        count(*) filter (where event_name = 'post_view') as views,
        count(*) filter (where event_name = 'post_share') as shares,
        count(distinct coalesce(user_id, session_id)) filter (
            where event_name = 'post_view'
        ) as unique_views
    from raw.events
    where event_name in ('post_view', 'post_share')
    group by data ->> 'postId'
)

select
    content_ref,
    unique_views,
    shares,
    round(shares::numeric / views, 4) as viral_coefficient,
    100 * (1 - exp(-5.0 * shares / unique_views)) as virality_score
from content
where unique_views >= 5
order by virality_score desc
limit 10
