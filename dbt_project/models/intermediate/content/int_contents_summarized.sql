{{ config(
    incremental_strategy='delete+insert',
    unique_key='content_id',
    indexes=[
        {'columns': ['content_id'], 'unique': true},
        {'columns': ['author_id']},
        {'columns': ['author_key']},
        {'columns': ['build_id']},
    ],
) }}

with

content_events as not materialized (
    select * from {{ ref('int_content_events') }}
),

states as not materialized (
    select * from {{ ref('int_states_current') }}
    where
        relation = 'like'
        and is_on
),

author_names as (
    select * from {{ ref('int_author_names') }}
),

touched as (
    select distinct content_id from {{ ref('int_contents_touched') }}
    where build_id > {{ built_through(this.name) }}
),

touched_events as (
    select content_events.*
    from content_events
    {% if is_incremental() %}
    inner join touched on content_events.content_id = touched.content_id
    {% endif %}
),

events_counted as (
    select
        content_id,
        content_type,
        min(content_ref) as content_ref,
        count(*) filter (
            where is_processed and event_name = 'post_comment'
        ) as comments_count,
        count(*) filter (
            where is_processed and event_name = 'post_share'
        ) as shares_count
    from touched_events
    group by
        content_id,
        content_type
),

creators as (
    select distinct on (content_id)
        content_id,
        user_id
    from touched_events
    where
        is_creation
        and is_processed
        and user_id is not null
    order by content_id, "timestamp", event_ref collate "C"
),

named_authors as (
    select distinct on (content_id)
        content_id,
        author_key
    from touched_events
    where
        author_key is not null
        and is_processed
    order by content_id, "timestamp", event_ref collate "C"
),

likes_counted as (
    select
        states.object_id as content_id,
        count(*) as likes_count
    from states
    {% if is_incremental() %}
    inner join touched on states.object_id = touched.content_id
    {% endif %}
    group by states.object_id
),

summarized as (
    select
        events_counted.content_id,
        events_counted.content_type,
        events_counted.content_ref,
        named_authors.author_key,
        coalesce(creators.user_id, author_names.user_id) as author_id,
        coalesce(likes_counted.likes_count, 0) as likes_count,
        events_counted.comments_count,
        events_counted.shares_count,
        {{ build_id() }}::bigint as build_id
    from events_counted
    left join creators on events_counted.content_id = creators.content_id
    left join named_authors on events_counted.content_id = named_authors.content_id
    left join author_names on named_authors.author_key = author_names.author_key
    left join likes_counted on events_counted.content_id = likes_counted.content_id
)

select * from summarized
