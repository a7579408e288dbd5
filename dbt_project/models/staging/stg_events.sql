-- no CTEs: PostgreSQL finds no way by index through a view that has them
select
    -- keys
    keyed.event_key as event_id,
    keyed.event_id as event_ref,
    coalesce(keyed.user_key, keyed.session_key, keyed.event_key) as actor_key,
    keyed.user_key as user_id,
    keyed.user_id as user_ref,
    keyed.session_key as session_id,
    keyed.session_id as session_ref,

    -- content
    keyed.event_name,
    keyed."timestamp",
    keyed.client_timestamp,
    keyed.received_at,
    keyed.data,
    keyed.metadata,
    keyed.other,

    -- where it landed
    keyed.load_id,
    keyed.record_number,
    keyed.landing_order,
    keyed.landed_at
from (
    select
        events.*,
        loads.landing_order,
        {{ source_uuid("'event'", 'events.event_id') }} as event_key,
        {{ source_uuid("'user'", 'events.user_id') }} as user_key,
        {{ source_uuid("'session'", 'events.session_id') }} as session_key
    from (select * from {{ source('raw', 'events') }}) as events
    inner join (select * from {{ source('raw', 'loads') }}) as loads
        on events.load_id = loads.load_id
) as keyed
