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
    event_data ->> 'storyId' as story_id,
    event_data ->> 'storyAuthor' as story_author,
    {{ interval_of_milliseconds("event_data ->> 'viewDuration'") }} as view_duration
from {{ ref('events') }}
where
    event_name = 'story_view'
    and status = 'processed'
