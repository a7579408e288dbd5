{{ config(
    incremental_strategy='delete+insert',
    unique_key=['content_id', 'content_type'],
    indexes=[
        {'columns': ['content_id', 'content_type'], 'unique': true},
        {'columns': ['author_id']},
        {'columns': ['author_key']},
        {'columns': ['build_id']},
    ],
) }}

with

days as not materialized (
    select * from {{ ref('int_content_days_summarized') }}
),

author_names as (
    select * from {{ ref('int_author_names') }}
),

touched as (
    select distinct
        content_type,
        content_id
    from {{ ref('int_contents_touched') }}
    where build_id > {{ built_through(this.name) }}
),

touched_days as (
    {% if is_incremental() %}
    select found.*
    from touched
    -- offset 0: a look-up by index each, whatever the planner makes of the news
    cross join lateral (
        select * from days
        where
            content_id = touched.content_id
            and content_type = touched.content_type
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select * from days
    {% endif %}
),

-- dates rise with time, so the earliest of a day's earliest is the earliest of all
days_summed as (
    select
        content_type,
        content_id,
        min(content_ref collate "C") as content_ref,
        (
            array_agg(creator_id order by date) filter (where creator_id is not null)
        )[1] as creator_id,
        (
            array_agg(author_key order by date) filter (where author_key is not null)
        )[1] as author_key,
        sum(events_count)::bigint as events_count,
        sum(views_count)::bigint as views_count,
        sum(viewers_change)::bigint as viewers_count,
        sum(likes_change)::bigint as likes_count,
        sum(shares_count)::bigint as shares_count,
        sum(comments_count)::bigint as comments_count,
        sum(saves_change)::bigint as saves_count,
        sum(timed_views_count)::bigint as timed_views_count,
        sum(bounces_count)::bigint as bounces_count,
        sum(view_milliseconds) as view_milliseconds
    from touched_days
    group by
        content_type,
        content_id
),

-- content of which nothing is left keeps its row, without an author, so that readers of
-- the news see the change
summarized as (
    select
        days_summed.content_id,
        days_summed.content_type,
        days_summed.content_ref,
        days_summed.author_key,
        coalesce(days_summed.creator_id, author_names.user_id) as author_id,
        days_summed.events_count,
        days_summed.views_count,
        days_summed.viewers_count,
        days_summed.likes_count,
        days_summed.shares_count,
        days_summed.comments_count,
        days_summed.saves_count,
        days_summed.timed_views_count,
        days_summed.bounces_count,
        days_summed.view_milliseconds,
        {{ build_id() }}::bigint as build_id
    from days_summed
    left join author_names on days_summed.author_key = author_names.author_key
)

select * from summarized
