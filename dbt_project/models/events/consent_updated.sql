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
    (event_data ->> 'analytics')::boolean as analytics
from {{ ref('events') }}
where
    event_name = 'consent_updated'
    and status = 'processed'
