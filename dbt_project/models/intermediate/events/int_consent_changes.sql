{{ config(
    indexes=[
        {'columns': ['build_id']},
        {'columns': ['user_id', 'timestamp']},
    ],
) }}

with

first_landed as (
    select * from {{ ref('int_events_first_landed') }}
    where
        event_name = 'consent_updated'
        and user_id is not null
        {%- if is_incremental() %}
        and build_id > {{ built_through(this.name) }}
        {%- endif %}
),

validated as (
    select * from {{ ref('int_events_validated') }}
    where event_name = 'consent_updated'
),

consent_changes as (
    select
        first_landed.event_id,
        first_landed.event_ref,
        first_landed.user_id,
        first_landed."timestamp",
        (validated.data ->> 'analytics')::boolean as is_granted,
        {{ build_id() }}::bigint as build_id
    from first_landed
    inner join validated
        on
            first_landed.load_id = validated.load_id
            and first_landed.record_number = validated.record_number
            and first_landed.landed_at = validated.landed_at
    where validated.validation_errors is null
)

select * from consent_changes
