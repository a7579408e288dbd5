{{ config(
    incremental_strategy='delete+insert',
    unique_key='user_id',
    indexes=[
        {'columns': ['user_id'], 'unique': true},
        {'columns': ['username_key']},
        {'columns': ['build_id']},
    ],
) }}

with

entities as (
    select * from {{ ref('stg_entities') }}
    where
        entity_type = 'user'
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
                known.user_id = latest_of_news.entity_id
                and known.updated_at > latest_of_news.updated_at
        )
    {% endif %}
),

profiles as (
    select
        entity_id as user_id,
        entity_ref as user_ref,
        nullif({{ string_of('data', 'username') }}, '') as username,
        md5(nullif({{ string_of('data', 'username') }}, ''))::uuid
            as username_key,
        nullif({{ string_of('data', 'email') }}, '') as email,
        nullif({{ string_of('data', 'role') }}, '') as role,
        {{ timestamp_or_null("data ->> 'createdAt'") }} as created_at,
        nullif({{ string_of('data', 'timezone') }}, '') as timezone,
        nullif({{ string_of('data', 'language') }}, '') as language,
        nullif({{ string_of('data', 'countryCode') }}, '') as country_code,
        nullif({{ string_of('data', 'registrationSource') }}, '')
            as registration_source,
        updated_at,
        {{ build_id() }}::bigint as build_id
    from newer_than_known
)

select * from profiles
