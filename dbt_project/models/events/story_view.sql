-- rendered from loaders/catalogue by `chhimeki catalogue render`, do not edit
-- sqlfluff:exclude_rules:RF04
with

events as (
    select * from {{ ref('events') }}
),

story_view as (
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
        {{ interval_of_milliseconds("event_data ->> 'viewDuration'") }}
            as view_duration
    from events
    where
        event_name = 'story_view'
        and status = 'processed'
)

select * from story_view
