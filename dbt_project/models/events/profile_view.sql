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
    event_data ->> 'profileUserId' as profile_user_id
from {{ ref('events') }}
where
    event_name = 'profile_view'
    and status = 'processed'
