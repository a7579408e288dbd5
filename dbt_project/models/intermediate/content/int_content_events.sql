{{ config(
    incremental_strategy='delete+insert',
    unique_key='event_id',
    indexes=[
        {'columns': ['event_id', 'content_type'], 'unique': true},
        {'columns': ['content_id', 'date']},
        {'columns': ['content_id', 'viewer_key']},
        {'columns': ['author_key', 'timestamp']},
        {'columns': ['user_id', 'is_creation']},
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

touched_events as (
    {{ touched_events() }}
),

-- a comment is content of its own beside the post that it is on
contents_named as (
    select
        *,
        case event_name
            when 'story_view' then 'story'
            when 'news_article_view' then 'news_article'
            when 'news_article_share' then 'news_article'
            else 'post'
        end as content_type,
        case event_name
            when 'story_view' then event_data ->> 'storyId'
            when 'news_article_view' then event_data ->> 'articleId'
            when 'news_article_share' then event_data ->> 'articleId'
            else event_data ->> 'postId'
        end as content_ref
    from touched_events
    union all
    select
        *,
        'comment' as content_type,
        event_data ->> 'commentId' as content_ref
    from touched_events
    where
        event_name = 'post_comment'
        and event_data ->> 'commentId' <> ''
),

events_read as (
    select
        *,
        event_name in ('post_created', 'community_post') as is_creation,
        event_name in ('post_view', 'story_view', 'news_article_view') as is_view,
        -- a creation has no such field: one in it was not validated and names nobody
        case
            when content_type = 'story' then event_data ->> 'storyAuthor'
            when
                content_type = 'post'
                and event_name not in ('post_created', 'community_post')
                then event_data ->> 'postAuthor'
        end as named_author,
        case event_name
            when 'post_view' then event_data ->> 'viewDuration'
            when 'story_view' then event_data ->> 'viewDuration'
            when 'news_article_view' then event_data ->> 'timeSpent'
        end as view_milliseconds
    from contents_named
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
        case when is_creation or content_type = 'comment' then user_id end
            as creator_id,
        nullif(named_author, '') as author_ref,
        {{ source_uuid("'user'", "nullif(named_author, '')") }} as author_key,
        is_creation,
        is_view,
        -- an actor may be the event itself, which is no viewer
        case
            when is_view and (user_id is not null or session_id is not null)
                then actor_key
        end as viewer_key,
        view_milliseconds::numeric as view_milliseconds,
        case when is_view then nullif(country, '') end as country,
        case when is_view then nullif(city, '') end as city,
        "timestamp",
        date,
        status = 'processed' as is_processed,
        {{ build_id() }}::bigint as build_id
    from events_read
)

select * from content_events
