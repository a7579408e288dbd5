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
    event_data ->> 'postId' as post_id,
    event_data ->> 'postAuthor' as post_author,
    event_data ->> 'shareTarget' as share_target,
    event_data ->> 'communityId' as community_id
from {{ ref('events') }}
where
    event_name = 'post_share'
    and status = 'processed'
