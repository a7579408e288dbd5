select
    id,
    event_ref,
    actor_key,
    user_id,
    session_id,
    metric_name,
    metric_value,
    metric_unit,
    {{ path_of_url('page_url') }} as pathname,
    browser,
    platform,
    "timestamp",
    date
from {{ ref('performance_metrics') }}
