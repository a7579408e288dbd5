-- rendered from loaders/catalogue by `chhimeki catalogue render`, do not edit
-- sqlfluff:exclude_rules:RF04
with

events as (
    select * from {{ ref('events') }}
),

tab_switch as (
    select
        id,
        event_ref,
        user_id,
        user_ref,
        session_id,
        session_ref,
        "timestamp",
        platform,
        event_data ->> 'fromTab' as from_tab,
        event_data ->> 'toTab' as to_tab
    from events
    where
        event_name = 'tab_switch'
        and status = 'processed'
)

select * from tab_switch
