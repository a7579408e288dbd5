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
    event_data ->> 'resultId' as result_id,
    event_data ->> 'query' as query,
    (event_data ->> 'position')::numeric as position
from {{ ref('events') }}
where
    event_name = 'search_result_click'
    and status = 'processed'
