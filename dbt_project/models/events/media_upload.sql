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
    event_data ->> 'mediaId' as media_id,
    event_data ->> 'mediaType' as media_type,
    (event_data ->> 'fileSize')::numeric as file_size
from {{ ref('events') }}
where
    event_name = 'media_upload'
    and status = 'processed'
