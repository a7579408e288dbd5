{{ config(
    incremental_strategy='delete+insert',
    unique_key='user_id',
    indexes=[
        {'columns': ['user_id'], 'unique': true},
        {'columns': ['build_id']},
    ],
) }}

with

profiles as not materialized (
    select * from {{ ref('int_users_profiled') }}
),

user_days_touched as (
    select * from {{ ref('int_user_days_touched') }}
),

user_interactions_daily as not materialized (
    select * from {{ ref('user_interactions_daily') }}
),

state_changes as not materialized (
    select * from {{ ref('int_state_changes') }}
    where relation = 'follow'
),

touched as (
    {% if is_incremental() %}
    select user_id from user_days_touched
    where build_id > {{ built_through(this.name) }}
    union
    {% else %}
    select user_id from user_interactions_daily
    union
    {% endif %}
    select user_id from profiles
    where build_id > {{ built_through(this.name) }}
    union
    select object_id as user_id from state_changes
    where build_id > {{ built_through(this.name) }}
),

acted as (
    select
        user_interactions_daily.user_id,
        min(user_interactions_daily.user_ref) as user_ref,
        min(user_interactions_daily.first_event_at) as first_acted_at,
        max(user_interactions_daily.last_event_at) as last_acted_at
    from user_interactions_daily
    inner join touched on user_interactions_daily.user_id = touched.user_id
    group by user_interactions_daily.user_id
),

followed as (
    select
        state_changes.object_id as user_id,
        min(state_changes.object_ref) as user_ref,
        min(state_changes."timestamp") as first_followed_at
    from state_changes
    inner join touched on state_changes.object_id = touched.user_id
    where state_changes.is_processed
    group by state_changes.object_id
),

-- a user of whom nothing is left keeps a row with `is_known` off, so that readers of
-- the news see the change
known as (
    select
        touched.user_id,
        coalesce(profiles.user_ref, acted.user_ref, followed.user_ref) as user_ref,
        acted.first_acted_at,
        acted.last_acted_at,
        followed.first_followed_at,
        profiles.user_id is not null
        or acted.first_acted_at is not null
        or followed.user_id is not null as is_known,
        {{ build_id() }}::bigint as build_id
    from touched
    left join profiles on touched.user_id = profiles.user_id
    left join acted on touched.user_id = acted.user_id
    left join followed on touched.user_id = followed.user_id
)

select * from known
