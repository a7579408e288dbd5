with

events as (
    select * from {{ source('raw', 'events') }}
),

loads as (
    select * from {{ source('raw', 'loads') }}
),

keyed as (
    select
        events.*,
        loads.landing_order,
        {{ source_uuid("'event'", 'events.event_id') }} as event_key,
        {{ source_uuid("'user'", 'events.user_id') }} as user_key,
        {{ source_uuid("'session'", 'events.session_id') }} as session_key
    from events
    inner join loads on events.load_id = loads.load_id
),

renamed as (
    select
        -- keys
        event_key as event_id,
        event_id as event_ref,
        coalesce(user_key, session_key, event_key) as actor_key,
        user_key as user_id,
        user_id as user_ref,
        session_key as session_id,
        session_id as session_ref,

        -- content
        event_name,
        "timestamp",
        client_timestamp,
        received_at,
        data,
        metadata,
        other,

        -- where it landed
        load_id,
        record_number,
        landing_order,
        landed_at
    from keyed
)

select * from renamed
