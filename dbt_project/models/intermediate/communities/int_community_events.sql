{{ config(
    incremental_strategy='delete+insert',
    unique_key='event_id',
    indexes=[
        {'columns': ['event_id'], 'unique': true},
        {'columns': ['community_id', 'date']},
        {'columns': ['user_id', 'community_id', 'date']},
        {'columns': ['build_id']},
    ],
) }}

with

changed as (
    select * from {{ ref('int_events_changed') }}
    where
        build_id > {{ built_through(this.name) }}
        and event_name in {{ community_event_names() }}
),

events as (
    select * from {{ ref('events') }}
    where
        event_name in {{ community_event_names() }}
        and event_data ->> 'communityId' <> ''
        and is_valid
),

touched_events as (
    {{ touched_events() }}
),

named as (
    select
        *,
        event_data ->> 'communityId' as community_ref
    from touched_events
),

community_events as (
    select
        id as event_id,
        event_ref,
        event_name,
        {{ source_uuid("'community'", 'community_ref') }} as community_id,
        community_ref,
        user_id,
        "timestamp",
        date,
        status = 'processed' as is_processed,
        {{ build_id() }}::bigint as build_id
    from named
)

select * from community_events
