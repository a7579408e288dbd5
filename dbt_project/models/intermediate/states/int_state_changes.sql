{{ config(
    incremental_strategy='delete+insert',
    unique_key='event_id',
    indexes=[
        {'columns': ['event_id'], 'unique': true},
        {'columns': ['build_id']},
        {'columns': ['user_id', 'object_id']},
        {'columns': ['object_id']},
    ],
) }}

with

changed as (
    select * from {{ ref('int_events_changed') }}
    where
        build_id > {{ built_through(this.name) }}
        and event_name in {{ state_event_names() }}
),

events as (
    select * from {{ ref('events') }}
    where
        event_name in {{ state_event_names() }}
        and is_valid
),

touched_events as (
    {{ touched_events() }}
),

named as (
    select
        *,
        case event_name
            when 'post_like' then 'like'
            when 'post_save' then 'save'
            when 'user_follow' then 'follow'
            else 'membership'
        end as relation,
        case event_name
            when 'post_like' then 'post'
            when 'post_save' then 'post'
            when 'user_follow' then 'user'
            else 'community'
        end as object_kind,
        case event_name
            when 'post_like' then event_data ->> 'postId'
            when 'post_save' then event_data ->> 'postId'
            when 'user_follow' then event_data ->> 'targetUserId'
            else event_data ->> 'communityId'
        end as object_ref
    from touched_events
),

changes as (
    select
        id as event_id,
        event_ref,
        relation,
        user_id,
        {{ source_uuid('object_kind', 'object_ref') }} as object_id,
        object_ref,
        case event_name
            -- an action in these has not been validated and says nothing
            when 'community_join' then true
            when 'community_leave' then false
            else
                coalesce(event_data ->> 'action', '')
                not in ('unlike', 'unsave', 'unfollow')
        end as is_on,
        "timestamp",
        status = 'processed' as is_processed,
        {{ build_id() }}::bigint as build_id
    from named
)

select * from changes
