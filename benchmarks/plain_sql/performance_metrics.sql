-- The least that marts.performance_metrics takes: its events, spread out.

create table plain.performance_metrics as

select
    id,
    event_ref,
    actor_key,
    user_id,
    user_ref,
    session_id,
    session_ref,
    event_data ->> 'metricName' as metric_name,
    (event_data ->> 'metricValue')::numeric as metric_value,
    event_data ->> 'metricUnit' as metric_unit,
    url as page_url,
    browser,
    platform,
    "timestamp",
    date,
    event_data - array['metricName', 'metricValue', 'metricUnit']::text[] as metadata
from plain.events
where
    event_name = 'performance_metric'
    and status = 'processed'
