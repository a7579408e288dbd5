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
    event_data ->> 'itemId' as item_id,
    event_data ->> 'platform' as data_platform,
    event_data ->> 'itemType' as item_type,
    (event_data ->> 'position')::numeric as position
from {{ ref('events') }}
where
    event_name = 'trending_item_click'
    and status = 'processed'
