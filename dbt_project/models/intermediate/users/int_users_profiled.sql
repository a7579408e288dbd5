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
    select * from {{ ref('int_entities_current') }}
    where
        entity_type = 'user'
        and build_id > {{ built_through(this.name) }}
),

profiles as (
    select
        entity_id as user_id,
        entity_ref as user_ref,
        {{ identifier_of('data', 'username') }} as username,
        {{ identifier_md5('data', 'username') }}::uuid as username_key,
        {{ identifier_of('data', 'email') }} as email,
        nullif({{ string_of('data', 'role') }}, '') as role,
        {{ timestamp_or_null("data ->> 'createdAt'") }} as created_at,
        nullif({{ string_of('data', 'timezone') }}, '') as timezone,
        nullif({{ string_of('data', 'language') }}, '') as language,
        nullif({{ string_of('data', 'countryCode') }}, '') as country_code,
        nullif({{ string_of('data', 'registrationSource') }}, '')
            as registration_source,
        updated_at,
        {{ build_id() }}::bigint as build_id
    from entities
)

select * from profiles
