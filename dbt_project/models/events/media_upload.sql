-- rendered from loaders/catalogue by `chhimeki catalogue render`, do not edit
-- sqlfluff:exclude_rules:RF04
with

events as (
    select * from {{ ref('events') }}
),

media_upload as (
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
    from events
    where
        event_name = 'media_upload'
        and status = 'processed'
)

select * from media_upload
