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
    event_data ->> 'query' as query,
    (event_data ->> 'resultsCount')::numeric as results_count,
    event_data ->> 'searchType' as search_type
from {{ ref('events') }}
where
    event_name = 'search_performed'
    and status = 'processed'
