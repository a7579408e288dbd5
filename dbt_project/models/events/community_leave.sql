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
    event_data ->> 'reason' as reason
from {{ ref('events') }}
where
    event_name = 'community_leave'
    and status = 'processed'
