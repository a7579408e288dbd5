{{ config(
    incremental_strategy='delete+insert',
    unique_key=['content_id', 'date', 'content_type'],
    indexes=[
        {'columns': ['content_id', 'date', 'content_type'], 'unique': true},
        {'columns': ['build_id']},
    ],
) }}

with

content_events as not materialized (
    select * from {{ ref('int_content_events') }}
),

relations_switched as not materialized (
    select * from {{ ref('int_content_relations_switched') }}
),

touched as (
    select
        content_type,
        content_id,
        date
    from content_events
    where build_id > {{ built_through(this.name) }}
    union
    select
        content_type,
        content_id,
        date
    from relations_switched
    where build_id > {{ built_through(this.name) }}
),

touched_events as (
    {% if is_incremental() %}
    select found.*
    from touched
    -- offset 0: a look-up by index each, whatever the planner makes of the news
    cross join lateral (
        select * from content_events
        where
            content_id = touched.content_id
            and date = touched.date
            and content_type = touched.content_type
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select * from content_events
    {% endif %}
),

touched_switches as (
    {% if is_incremental() %}
    select found.*
    from touched
    cross join lateral (
        select * from relations_switched
        where
            content_id = touched.content_id
            and date = touched.date
            and content_type = touched.content_type
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select * from relations_switched
    {% endif %}
),

events_counted as (
    select
        content_type,
        content_id,
        date,
        min(content_ref collate "C") as content_ref,
        {{ earliest('creator_id') }} as creator_id,
        {{ earliest('author_key') }} as author_key,
        count(*) as events_count,
        count(*) filter (where is_view) as views_count,
        count(view_milliseconds) as timed_views_count,
        count(*) filter (
            where view_milliseconds < 1000 * {{ var('bounce_under_seconds') }}
        ) as bounces_count,
        sum(view_milliseconds) as view_milliseconds,
        count(*) filter (
            where event_name in ('post_share', 'news_article_share')
        ) as shares_count,
        count(*) filter (
            where event_name = 'post_comment' and content_type = 'post'
        ) as comments_count
    from touched_events
    where is_processed
    group by
        content_type,
        content_id,
        date
),

switches_counted as (
    select
        content_type,
        content_id,
        date,
        sum(change) filter (where relation = 'view') as viewers_change,
        sum(change) filter (where relation = 'like') as likes_change,
        sum(change) filter (where relation = 'save') as saves_change
    from touched_switches
    group by
        content_type,
        content_id,
        date
),

-- a day of which nothing is left keeps a row of zeros, so that readers of the news see
-- the change
days as (
    select
        touched.content_type,
        touched.content_id,
        touched.date,
        events_counted.content_ref,
        events_counted.creator_id,
        events_counted.author_key,
        coalesce(events_counted.events_count, 0) as events_count,
        coalesce(events_counted.views_count, 0) as views_count,
        coalesce(events_counted.timed_views_count, 0) as timed_views_count,
        coalesce(events_counted.bounces_count, 0) as bounces_count,
        coalesce(events_counted.view_milliseconds, 0) as view_milliseconds,
        coalesce(events_counted.shares_count, 0) as shares_count,
        coalesce(events_counted.comments_count, 0) as comments_count,
        coalesce(switches_counted.viewers_change, 0) as viewers_change,
        coalesce(switches_counted.likes_change, 0) as likes_change,
        coalesce(switches_counted.saves_change, 0) as saves_change,
        {{ build_id() }}::bigint as build_id
    from touched
    left join events_counted
        on
            touched.content_id = events_counted.content_id
            and touched.date = events_counted.date
            and touched.content_type = events_counted.content_type
    left join switches_counted
        on
            touched.content_id = switches_counted.content_id
            and touched.date = switches_counted.date
            and touched.content_type = switches_counted.content_type
)

select * from days
