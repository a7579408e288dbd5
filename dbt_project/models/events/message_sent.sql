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
    event_data ->> 'recipientId' as recipient_id,
    event_data ->> 'messageType' as message_type,
    (event_data ->> 'messageLength')::numeric as message_length
from {{ ref('events') }}
where
    event_name = 'message_sent'
    and status = 'processed'
