{{ config(
    incremental_strategy='delete+insert',
    unique_key='author_key',
    indexes=[
        {'columns': ['author_key'], 'unique': true},
        {'columns': ['user_id']},
        {'columns': ['username_key']},
        {'columns': ['build_id']},
    ],
) }}

with

content_events as (
    select * from {{ ref('int_content_events') }}
    where author_key is not null
),

known_users as not materialized (
    select * from {{ ref('int_users_known') }}
),

profiles as not materialized (
    select * from {{ ref('int_users_profiled') }}
),

names_in_news as (
    select
        author_key,
        min(author_ref) as author_ref
    from content_events
    where build_id > {{ built_through(this.name) }}
    group by author_key
),

touched as (
    select
        author_key,
        author_ref
    from names_in_news
    {% if is_incremental() %}
    union
    select
        names.author_key,
        names.author_ref
    from {{ this }} as names
    inner join known_users on names.author_key = known_users.user_id
    where known_users.build_id > {{ built_through(this.name) }}
    union
    select
        names.author_key,
        names.author_ref
    from {{ this }} as names
    inner join profiles on names.user_id = profiles.user_id
    where profiles.build_id > {{ built_through(this.name) }}
    union
    select
        names.author_key,
        names.author_ref
    from {{ this }} as names
    inner join profiles on names.username_key = profiles.username_key
    where profiles.build_id > {{ built_through(this.name) }}
    {% endif %}
),

bearers as (
    select distinct on (touched.author_key)
        touched.author_key,
        profiles.user_id
    from touched
    -- by the hash alone: a username may be sealed
    inner join profiles on md5(touched.author_ref)::uuid = profiles.username_key
    order by touched.author_key, profiles.user_ref collate "C"
),

resolved as (
    select
        touched.author_key,
        min(touched.author_ref) as author_ref,
        md5(min(touched.author_ref))::uuid as username_key,
        case
            when bool_or(known_users.is_known) then touched.author_key
            else coalesce(min(bearers.user_id::text)::uuid, touched.author_key)
        end as user_id,
        {{ build_id() }}::bigint as build_id
    from touched
    left join known_users on touched.author_key = known_users.user_id
    left join bearers on touched.author_key = bearers.author_key
    group by touched.author_key
),

-- a name that stands for whom it stood for is no news
newly_resolved as (
    select resolved.*
    from resolved
    {% if is_incremental() %}
    left join {{ this }} as names on resolved.author_key = names.author_key
    where resolved.user_id is distinct from names.user_id
    {% endif %}
)

select * from newly_resolved
