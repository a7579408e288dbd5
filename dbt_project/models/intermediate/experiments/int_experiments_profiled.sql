{{ config(
    incremental_strategy='delete+insert',
    unique_key='experiment_id',
    indexes=[
        {'columns': ['experiment_id'], 'unique': true},
        {'columns': ['build_id']},
    ],
) }}

with

entities as (
    select * from {{ ref('int_entities_current') }}
    where
        entity_type = 'experiment'
        and build_id > {{ built_through(this.name) }}
),

profiles as (
    select
        entity_id as experiment_id,
        entity_ref as experiment_ref,
        nullif({{ string_of('data', 'name') }}, '') as name,
        nullif({{ string_of('data', 'description') }}, '') as description,
        {{ timestamp_or_null("data ->> 'startDate'") }} as start_date,
        {{ timestamp_or_null("data ->> 'endDate'") }} as end_date,
        nullif({{ string_of('data', 'status') }}, '') as status,
        {{ json_of('data', 'variants', 'array') }} as variants,
        {{ json_of('data', 'trafficAllocation', 'object') }} as traffic_allocation,
        {{ json_of('data', 'targetMetrics', 'array') }} as target_metrics,
        updated_at,
        {{ build_id() }}::bigint as build_id
    from entities
)

select * from profiles
