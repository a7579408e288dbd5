with

content_analytics as not materialized (
    select * from {{ ref('content_analytics') }}
),

views as not materialized (
    select * from {{ ref('int_content_events') }}
    where
        is_view
        and is_processed
),

places_named as (
    select
        content_type,
        content_id,
        viewer_key,
        'country' as kind,
        country as name
    from views
    union all
    select
        content_type,
        content_id,
        viewer_key,
        'city' as kind,
        city as name
    from views
),

places_counted as (
    select
        content_type,
        content_id,
        kind,
        name,
        count(*) as views,
        -- a view with neither user nor session is nobody's, and hides nobody
        count(distinct viewer_key) as people
    from places_named
    where name is not null
    group by
        content_type,
        content_id,
        kind,
        name
),

places_folded as (
    select
        content_type,
        content_id,
        kind,
        {{ folded_place('name', 'people') }} as name,
        sum(views)::bigint as views
    from places_counted
    group by
        content_type,
        content_id,
        kind,
        {{ folded_place('name', 'people') }}
),

places_ranked as (
    select
        *,
        row_number() over (
            partition by content_type, content_id, kind
            order by views desc, name collate "C"
        ) as rank
    from places_folded
),

top_places_listed as (
    select
        content_type,
        content_id,
        jsonb_agg(
            jsonb_build_object('country', name, 'views', views) order by rank
        ) filter (where kind = 'country') as top_countries,
        jsonb_agg(
            jsonb_build_object('city', name, 'views', views) order by rank
        ) filter (where kind = 'city') as top_cities
    from places_ranked
    where rank <= 10
    group by
        content_type,
        content_id
),

analyst_content_analytics as (
    select
        contents.id,
        contents.content_id,
        contents.content_type,
        contents.content_ref,
        contents.author_id,
        contents.views_count,
        contents.unique_views_count,
        contents.likes_count,
        contents.shares_count,
        contents.comments_count,
        contents.saves_count,
        contents.avg_view_duration,
        contents.total_view_duration,
        contents.bounce_rate,
        contents.shares_to_views_ratio,
        contents.comments_to_views_ratio,
        contents.engagement_rate,
        contents.viral_coefficient,
        top_places_listed.top_countries,
        top_places_listed.top_cities,
        contents.engagement_score,
        contents.quality_score,
        contents.virality_score
    from content_analytics as contents
    left join top_places_listed
        on
            contents.content_id = top_places_listed.content_id
            and contents.content_type = top_places_listed.content_type
)

select * from analyst_content_analytics
