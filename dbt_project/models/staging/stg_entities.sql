with

entities as (
    select * from {{ source('raw', 'entities') }}
),

loads as (
    select * from {{ source('raw', 'loads') }}
),

renamed as (
    select
        -- keys
        entities.entity_type,
        {{ source_uuid('entities.entity_type', 'entities.entity_id') }}
            as entity_id,
        entities.entity_id as entity_ref,

        -- content
        entities.updated_at,
        entities.data,
        entities.other,

        -- where it landed
        entities.load_id,
        entities.record_number,
        loads.landing_order,
        entities.landed_at
    from entities
    inner join loads on entities.load_id = loads.load_id
)

select * from renamed
