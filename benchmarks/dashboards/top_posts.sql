-- The posts that engage most, and whose they are.

select
    content_analytics.content_ref,
    users.username,
    content_analytics.views_count,
    content_analytics.engagement_score
from marts.content_analytics
left join marts.users on content_analytics.author_id = users.id
where content_analytics.content_type = 'post'
order by content_analytics.engagement_score desc
limit 20
