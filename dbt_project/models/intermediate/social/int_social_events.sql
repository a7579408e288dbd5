{{ config(
    incremental_strategy='delete+insert',
    unique_key='event_id',
    indexes=[
        {'columns': ['event_id'], 'unique': true},
    ],
) }}

with

changed as (
    select * from {{ ref('int_events_changed') }}
    where
        build_id > {{ built_through(this.name) }}
        and event_name in {{ social_event_names() }}
),

events as (
    select * from {{ ref('events') }}
    where
        event_name in {{ social_event_names() }}
        and is_valid
),

touched_events as (
    {{ touched_events() }}
),

named as (
    select
        *,
        case event_name
            when 'user_follow' then event_data ->> 'targetUserId'
            when 'message_sent' then event_data ->> 'recipientId'
            else event_data ->> 'profileUserId'
        end as other_ref
    from touched_events
),

social_events as (
    select
        id as event_id,
        case event_name
            when 'message_sent' then 'message'
            when 'profile_view' then 'profile_view'
            else coalesce(event_data ->> 'action', 'follow')
        end as act,
        user_id,
        {{ source_uuid("'user'", 'other_ref') }} as other_id,
        date,
        status = 'processed' as is_processed,
        {{ build_id() }}::bigint as build_id
    from named
)

select * from social_events
