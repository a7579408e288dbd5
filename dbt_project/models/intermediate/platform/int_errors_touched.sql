{{ config(indexes=[{'columns': ['build_id']}]) }}

with

changed as (
    select * from {{ ref('int_events_changed') }}
    where
        event_name = 'error_occurred'
        and build_id > {{ built_through('error_logs') }}
),

errors_resolved as (
    select * from {{ ref('int_errors_resolved') }}
    where build_id > {{ built_through('error_logs') }}
),

first_landed as (
    select * from {{ ref('int_events_first_landed') }}
    where event_name = 'error_occurred'
),

errors as (
    select
        event_id,
        actor_key,
        "timestamp"
    from changed
    union
    select
        first_landed.event_id,
        first_landed.actor_key,
        first_landed."timestamp"
    from errors_resolved
    inner join first_landed on errors_resolved.error_id = first_landed.event_id
),

touched as (
    select
        event_id,
        actor_key,
        "timestamp",
        {{ build_id() }}::bigint as build_id
    from errors
    -- a full refresh makes every error anew, so none is touched
    where {{ is_incremental() | lower }}
)

select * from touched
