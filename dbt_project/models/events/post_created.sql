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
    event_data ->> 'postType' as post_type,
    (event_data ->> 'contentLength')::numeric as content_length,
    (event_data ->> 'hasMedia')::boolean as has_media,
    (event_data ->> 'creationTime')::timestamptz as creation_time,
    event_data ->> 'communityId' as community_id
from {{ ref('events') }}
where
    event_name = 'post_created'
    and status = 'processed'
