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
    event_data ->> 'experimentId' as experiment_id,
    event_data ->> 'variant' as variant
from {{ ref('events') }}
where
    event_name = 'experiment_assigned'
    and status = 'processed'
