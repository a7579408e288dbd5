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
    event_data ->> 'fromTab' as from_tab,
    event_data ->> 'toTab' as to_tab
from {{ ref('events') }}
where
    event_name = 'tab_switch'
    and status = 'processed'
