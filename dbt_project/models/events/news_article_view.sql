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
    event_data ->> 'articleId' as article_id,
    event_data ->> 'category' as category,
    event_data ->> 'source' as source,
    {{ interval_of_milliseconds("event_data ->> 'timeSpent'") }} as time_spent
from {{ ref('events') }}
where
    event_name = 'news_article_view'
    and status = 'processed'
