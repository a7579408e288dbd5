{{ config(
    incremental_strategy='delete+insert',
    unique_key='event_id',
    indexes=[
        {'columns': ['event_id'], 'unique': true},
        {'columns': ['error_id']},
        {'columns': ['build_id']},
    ],
) }}

with

changed as (
    select * from {{ ref('int_events_changed') }}
    where
        build_id > {{ built_through(this.name) }}
        and event_name = 'error_resolved'
),

events as (
    select * from {{ ref('events') }}
    where
        event_name = 'error_resolved'
        and is_valid
),

touched_events as (
    {{ touched_events() }}
),

resolved as (
    select
        id as event_id,
        event_ref,
        {{ source_uuid("'event'", "(event_data ->> 'errorId')") }} as error_id,
        user_id,
        user_ref,
        "timestamp",
        status = 'processed' as is_processed,
        {{ build_id() }}::bigint as build_id
    from touched_events
)

select * from resolved
