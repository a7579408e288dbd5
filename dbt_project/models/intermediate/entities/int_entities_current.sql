{{ config(
    incremental_strategy='delete+insert',
    unique_key=['entity_type', 'entity_id'],
    post_hook="{{ forget_entities_read_again() }}",
    indexes=[
        {'columns': ['entity_id', 'entity_type'], 'unique': true},
        {'columns': ['build_id']},
    ],
) }}

with

entities as (
    select * from {{ ref('stg_entities') }}
    where landing_order <= {{ landed_through() }}
),

news as (
    select * from entities
    {% if is_incremental() %}
    where
        load_id in {{ new_loads() }}
        or {{ is_to_be_read_again('entity_type', 'entity_ref') }}
    {% endif %}
),

latest_of_news as (
    select distinct on (entity_type, entity_id) *
    from news
    order by
        entity_type asc,
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
                known.entity_type = latest_of_news.entity_type
                and known.entity_id = latest_of_news.entity_id
                and known.updated_at > latest_of_news.updated_at
        )
    {% endif %}
),

stamped as (
    select
        entity_type,
        entity_id,
        entity_ref,
        updated_at,
        data,
        {{ build_id() }}::bigint as build_id
    from newer_than_known
)

select * from stamped
