{{ config(indexes=[{'columns': ['build_id']}]) }}

with

first_landed as (
    select * from {{ ref('int_events_first_landed') }}
),

consent_changes as (
    select * from {{ ref('int_consent_changes') }}
),

users_touched as (
    select
        user_id,
        min("timestamp") as changed_from
    from consent_changes
    where build_id > {{ built_through('events') }}
    group by user_id
),

restated as (
    select
        first_landed.event_id,
        first_landed.actor_key,
        first_landed.user_id,
        first_landed.session_id,
        first_landed.event_name,
        first_landed."timestamp",
        first_landed.load_id,
        first_landed.record_number,
        first_landed.landed_at,
        {{ build_id() }}::bigint as build_id
    from users_touched
    inner join first_landed
        on
            users_touched.user_id = first_landed.actor_key
            and users_touched.changed_from <= first_landed."timestamp"
    -- a full refresh judges every event anew, so nothing is restated
    where {{ is_incremental() | lower }}
)

select * from restated
