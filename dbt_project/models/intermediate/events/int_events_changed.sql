{{ config(materialized='view') }}

with

first_landed as (
    select * from {{ ref('int_events_first_landed') }}
),

restated as (
    select * from {{ ref('int_events_restated') }}
),

changed as (
    select
        event_id,
        actor_key,
        user_id,
        session_id,
        event_name,
        "timestamp",
        build_id
    from first_landed
    union all
    select
        event_id,
        actor_key,
        user_id,
        session_id,
        event_name,
        "timestamp",
        build_id
    from restated
)

select * from changed
