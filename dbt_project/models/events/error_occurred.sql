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
    event_data ->> 'errorType' as error_type,
    event_data ->> 'errorMessage' as error_message,
    event_data ->> 'errorStack' as error_stack,
    coalesce(event_data ->> 'severity', 'medium') as severity,
    event_data ->> 'category' as category
from {{ ref('events') }}
where
    event_name = 'error_occurred'
    and status = 'processed'
