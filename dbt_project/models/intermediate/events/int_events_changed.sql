{{ config(materialized='view') }}

-- no CTEs: PostgreSQL finds no way by index through a view that has them
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
    build_id
from {{ ref('int_events_first_landed') }}
union all
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
    build_id
from {{ ref('int_events_restated') }}
