{{ config(
    indexes=[{'columns': ['id'], 'unique': true}],
) }}

-- A source may be missing and may be a text longer than an index takes, so a row is
-- told apart by a key made of it. One look-up a user, by index and to the first
-- interaction found, reads their first days and no history.

with

users as (
    select * from {{ ref('users') }}
),

interactions as not materialized (
    select * from {{ ref('events') }}
    where
        is_interaction
        and status = 'processed'
        and user_id is not null
),

activations as (
    select
        users.registration_source,
        users.engagement_score,
        activated.is_activated
    from users
    left join lateral (
        select true as is_activated
        from interactions
        where
            interactions.actor_key = users.id
            and interactions."timestamp" >= users.created_at
            and interactions."timestamp"
            < users.created_at + {{ exact_days(var('activation_days')) }}
        limit 1  -- noqa: AM09
    ) as activated on true
),

sources as (
    select
        registration_source,
        count(*) as users,
        count(is_activated) as activated_users,
        avg(engagement_score)::numeric(10, 4) as avg_engagement_score
    from activations
    group by registration_source
),

attribution as (
    select
        md5('registration_source' || coalesce(':' || registration_source, ''))::uuid
            as id,
        registration_source,
        users,
        activated_users,
        avg_engagement_score
    from sources
)

select * from attribution
