select
    id,
    event_ref,
    actor_key,
    user_id,
    session_id,
    error_type,
    {{ path_of_url('url') }} as pathname,
    browser,
    platform,
    "timestamp",
    date,
    severity,
    category,
    resolved,
    resolved_at,
    resolved_by
from {{ ref('error_logs') }}
