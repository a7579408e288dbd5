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
    event_data ->> 'title' as title,
    (event_data ->> 'scrollDepth')::numeric as scroll_depth,
    {{ interval_of_milliseconds("event_data ->> 'loadTime'") }} as load_time
from {{ ref('events') }}
where
    event_name = 'page_view'
    and status = 'processed'
