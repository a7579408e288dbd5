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
    event_data ->> 'metricName' as metric_name,
    (event_data ->> 'metricValue')::numeric as metric_value,
    event_data ->> 'metricUnit' as metric_unit,
    event_data - array['metricName', 'metricValue', 'metricUnit']::text[] as metadata
from {{ ref('events') }}
where
    event_name = 'performance_metric'
    and status = 'processed'
