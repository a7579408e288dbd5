-- rendered from loaders/catalogue by `chhimeki catalogue render`, do not edit
-- sqlfluff:exclude_rules:RF04
with

events as (
    select * from {{ ref('events') }}
),

experiment_assigned as (
    select
        id,
        event_ref,
        user_id,
        user_ref,
        session_id,
        session_ref,
        "timestamp",
        platform,
        event_data ->> 'experimentId' as experiment_id,
        event_data ->> 'variant' as variant
    from events
    where
        event_name = 'experiment_assigned'
        and status = 'processed'
)

select * from experiment_assigned
