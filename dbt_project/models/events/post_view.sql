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
    event_data ->> 'postType' as post_type,
    {{ interval_of_milliseconds("event_data ->> 'viewDuration'") }} as view_duration,
    event_data ->> 'communityId' as community_id
from {{ ref('events') }}
where
    event_name = 'post_view'
    and status = 'processed'
