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
    select * from {{ ref('stg_entities') }}
    where
        entity_type = 'experiment'
        and landing_order <= {{ landed_through() }}
),

news as (
    select * from entities
    {% if is_incremental() %}
    where load_id in {{ new_loads() }}
    {% endif %}
),

latest_of_news as (
    select distinct on (entity_id) *
    from news
    order by
        entity_id asc,
        updated_at desc,
        landing_order desc,
        record_number desc
),

newer_than_known as (
    select latest_of_news.*
    from latest_of_news
    {% if is_incremental() %}
    where
        not exists (
            select 1
            from {{ this }} as known
            where
                known.experiment_id = latest_of_news.entity_id
                and known.updated_at > latest_of_news.updated_at
        )
    {% endif %}
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
    from newer_than_known
)

select * from profiles
