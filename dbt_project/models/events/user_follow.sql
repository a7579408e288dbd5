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
    event_data ->> 'targetUserId' as target_user_id,
    coalesce(event_data ->> 'action', 'follow') as action
from {{ ref('events') }}
where
    event_name = 'user_follow'
    and status = 'processed'
