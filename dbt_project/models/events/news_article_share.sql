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
    event_data ->> 'shareTarget' as share_target
from {{ ref('events') }}
where
    event_name = 'news_article_share'
    and status = 'processed'
