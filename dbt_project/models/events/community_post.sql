-- rendered from loaders/catalogue by `chhimeki catalogue render`, do not edit
-- sqlfluff:exclude_rules:RF04
select
    id,
    event_ref,
    user_id,
    user_ref,
    session_id,
    session_ref,
    "timestamp",
    platform,
    event_data ->> 'communityId' as community_id,
    event_data ->> 'postId' as post_id,
    event_data ->> 'postType' as post_type,
    (event_data ->> 'contentLength')::numeric as content_length
from {{ ref('events') }}
where
    event_name = 'community_post'
    and status = 'processed'
