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

judged_again as (
    select first_landed.*
    from users_touched
    inner join first_landed
        on
            users_touched.user_id = first_landed.actor_key
            and users_touched.changed_from <= first_landed."timestamp"
),

backfilled as (
    select * from first_landed
    where {{ is_to_be_backfilled('"timestamp"') }}
),

touched as (
    select * from judged_again
    union distinct
    select * from backfilled
),

restated as (
    select
        event_id,
        actor_key,
        user_id,
        session_id,
        event_name,
        "timestamp",
        load_id,
        record_number,
        landed_at,
        {{ build_id() }}::bigint as build_id
    from touched
    -- a full refresh makes every event anew, so nothing is restated
    where {{ is_incremental() | lower }}
)

select * from restated
