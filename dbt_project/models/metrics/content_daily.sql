{{ config(
    indexes=[{'columns': ['date', 'content_type'], 'unique': true}],
) }}

-- All but likes is counted from what each actor did on a date. No two kinds of view are
-- of one content type, so a viewer of a type on a date is one row there.

with

actor_days as (
    select * from {{ ref('int_actor_days_counted') }}
    where events_count > 0
),

state_changes as (
    select * from {{ ref('int_state_changes') }}
    where
        relation = 'like'
        and is_on
        and is_processed
),

kinds (event_name, content_type, kind) as (
    values
    ('post_view', 'post', 'view'),
    ('story_view', 'story', 'view'),
    ('news_article_view', 'news_article', 'view'),
    ('post_comment', 'post', 'comment'),
    ('post_share', 'post', 'share'),
    ('news_article_share', 'news_article', 'share')
),

kinds_counted as (
    select
        actor_days.date,
        kinds.content_type,
        kinds.kind,
        sum(actor_days.events_count) as events,
        count(*) filter (where actor_days.is_known) as actors
    from actor_days
    inner join kinds on actor_days.event_name = kinds.event_name
    group by
        actor_days.date,
        kinds.content_type,
        kinds.kind
),

-- likes given; an unlike is none, and takes none back
likes_counted as (
    select
        {{ reporting_date('"timestamp"') }} as date,
        'post' as content_type,
        'like' as kind,
        count(*) as events
    from state_changes
    group by {{ reporting_date('"timestamp"') }}
),

counts as (
    select
        date,
        content_type,
        kind,
        events,
        actors
    from kinds_counted
    union all
    select
        date,
        content_type,
        kind,
        events,
        null as actors
    from likes_counted
),

days as (
    select
        date,
        content_type,
        coalesce(sum(events) filter (where kind = 'view'), 0) as views,
        coalesce(sum(actors) filter (where kind = 'view'), 0) as unique_viewers,
        coalesce(sum(events) filter (where kind = 'like'), 0) as likes,
        coalesce(sum(events) filter (where kind = 'comment'), 0) as comments,
        coalesce(sum(events) filter (where kind = 'share'), 0) as shares
    from counts
    group by
        date,
        content_type
),

content as (
    select
        date,
        content_type,
        views::bigint as views,
        unique_viewers::bigint as unique_viewers,
        likes::bigint as likes,
        comments::bigint as comments,
        shares::bigint as shares,
        ((likes + comments + shares) / nullif(views, 0))::numeric(14, 4)
            as engagement_rate
    from days
)

select * from content
