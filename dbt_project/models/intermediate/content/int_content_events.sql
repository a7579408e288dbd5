{{ config(
    incremental_strategy='delete+insert',
    unique_key='event_id',
    indexes=[
        {'columns': ['event_id'], 'unique': true},
        {'columns': ['content_id', 'timestamp']},
        {'columns': ['author_key', 'timestamp']},
        {'columns': ['user_id']},
        {'columns': ['build_id']},
    ],
) }}

with

changed as (
    select * from {{ ref('int_events_changed') }}
    where
        build_id > {{ built_through(this.name) }}
        and event_name in {{ content_event_names() }}
),

events as (
    select * from {{ ref('events') }}
    where
        event_name in {{ content_event_names() }}
        and is_valid
),

touched as (
    select distinct
        event_id,
        actor_key,
        "timestamp"
    from changed
),

touched_events as (
    {% if is_incremental() %}
    select found.*
    from touched
    -- offset 0: a look-up by index each, not a join that reads every month
    cross join lateral (
        select * from events
        where
            id = touched.event_id
            and actor_key = touched.actor_key
            and "timestamp" = touched."timestamp"
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select * from events
    {% endif %}
),

named as (
    select
        *,
        case event_name when 'story_view' then 'story' else 'post' end as content_type,
        event_name in ('post_created', 'community_post') as is_creation,
        case event_name
            when 'story_view' then event_data ->> 'storyId'
            else event_data ->> 'postId'
        end as content_ref,
        -- a creation has no such field: one in it was not validated and names nobody
        case
            when event_name = 'story_view' then event_data ->> 'storyAuthor'
            when event_name not in ('post_created', 'community_post')
                then event_data ->> 'postAuthor'
        end as named_author
    from touched_events
),

content_events as (
    select
        id as event_id,
        event_ref,
        event_name,
        content_type,
        {{ source_uuid('content_type', 'content_ref') }} as content_id,
        content_ref,
        user_id,
        nullif(named_author, '') as author_ref,
        {{ source_uuid("'user'", "nullif(named_author, '')") }} as author_key,
        is_creation,
        "timestamp",
        status = 'processed' as is_processed,
        {{ build_id() }}::bigint as build_id
    from named
)

select * from content_events
