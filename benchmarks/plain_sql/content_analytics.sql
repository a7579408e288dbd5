-- The least that marts.content_analytics takes: events of each content, counted.
-- It takes an author's name for a user's id, which each simulated one is.

create table plain.content_analytics as

with

processed as not materialized (
    select * from plain.events
    where status = 'processed'
),

content_events as (
    select
        case
            when event_name = 'story_view' then 'story'
            when event_name like 'news_article%' then 'news_article'
            else 'post'
        end as content_type,
        coalesce(
            event_data ->> 'postId',
            event_data ->> 'storyId',
            event_data ->> 'articleId'
        ) as content_ref,
        event_name,
        event_ref,
        "timestamp",
        user_id,
        event_name in ('post_view', 'story_view', 'news_article_view') as is_view,
        case
            when event_name in ('post_created', 'community_post') then user_id
        end as creator_id,
        md5(
            'user:'
            || coalesce(event_data ->> 'postAuthor', event_data ->> 'storyAuthor')
        )::uuid as author_id,
        case
            when user_id is not null or session_id is not null then actor_key
        end as viewer_key,
        coalesce(event_data ->> 'viewDuration', event_data ->> 'timeSpent')::numeric
            as milliseconds,
        event_data ->> 'action' as action,
        country,
        city
    from processed
    where
        event_name in (
            'post_created', 'post_view', 'post_like', 'post_share', 'post_comment',
            'post_save', 'community_post', 'story_view', 'news_article_view',
            'news_article_share'
        )
    union all
    select
        'comment' as content_type,
        event_data ->> 'commentId' as content_ref,
        'comment' as event_name,
        event_ref,
        "timestamp",
        user_id,
        false as is_view,
        user_id as creator_id,
        null::uuid as author_id,
        null::uuid as viewer_key,
        null::numeric as milliseconds,
        null as action,
        null as country,
        null as city
    from processed
    where event_data ->> 'commentId' is not null
),

counted as (
    select
        content_type,
        content_ref,
        (array_agg(creator_id order by "timestamp", event_ref collate "C") filter (
            where creator_id is not null
        ))[1] as creator_id,
        (array_agg(author_id order by "timestamp", event_ref collate "C") filter (
            where author_id is not null
        ))[1] as author_id,
        count(*) filter (where is_view)::numeric as views,
        count(distinct viewer_key) filter (where is_view) as viewers,
        count(milliseconds) filter (where is_view) as timed,
        count(*) filter (where is_view and milliseconds < 3000) as bounces,
        sum(milliseconds) filter (where is_view) as milliseconds,
        count(*) filter (where event_name like '%_share') as shares,
        count(*) filter (where event_name = 'post_comment') as comments
    from content_events
    group by
        content_type,
        content_ref
),

last_actions as (
    select distinct on (event_name, user_id, content_ref)
        event_name,
        content_ref,
        coalesce(action, '') not in ('unlike', 'unsave') as is_on
    from content_events
    where
        event_name in ('post_like', 'post_save')
        and user_id is not null
    order by
        event_name asc,
        user_id asc,
        content_ref asc,
        "timestamp" desc,
        event_ref collate "C" desc
),

states as (
    select
        'post' as content_type,
        content_ref,
        count(*) filter (where event_name = 'post_like') as likes,
        count(*) filter (where event_name = 'post_save') as saves
    from last_actions
    where is_on
    group by content_ref
),

places as (
    select
        content_type,
        content_ref,
        country,
        city,
        count(*) as views
    from content_events
    where is_view
    group by
        content_type,
        content_ref,
        country,
        city
),

countries as (
    select
        content_type,
        content_ref,
        jsonb_agg(jsonb_build_object('country', country, 'views', views) order by place)
            as top_countries
    from (
        select
            content_type,
            content_ref,
            country,
            sum(views)::bigint as views,
            row_number() over (
                partition by content_type, content_ref
                order by sum(views) desc, country collate "C"
            ) as place
        from places
        where country is not null
        group by
            content_type,
            content_ref,
            country
    ) as ranked
    where place <= 10
    group by
        content_type,
        content_ref
),

cities as (
    select
        content_type,
        content_ref,
        jsonb_agg(jsonb_build_object('city', city, 'views', views) order by place)
            as top_cities
    from (
        select
            content_type,
            content_ref,
            city,
            sum(views)::bigint as views,
            row_number() over (
                partition by content_type, content_ref
                order by sum(views) desc, city collate "C"
            ) as place
        from places
        where city is not null
        group by
            content_type,
            content_ref,
            city
    ) as ranked
    where place <= 10
    group by
        content_type,
        content_ref
),

rated as (
    select
        counted.*,
        md5(counted.content_type || ':' || counted.content_ref)::uuid as content_id,
        coalesce(states.likes, 0) as likes,
        coalesce(states.saves, 0) as saves,
        countries.top_countries,
        cities.top_cities,
        counted.milliseconds / nullif(counted.timed, 0) as mean_milliseconds,
        counted.bounces::numeric / nullif(counted.timed, 0) as bounce_share,
        counted.shares / nullif(counted.views, 0) as shares_to_views,
        counted.comments / nullif(counted.views, 0) as comments_to_views
    from counted
    left join states
        on
            counted.content_type = states.content_type
            and counted.content_ref = states.content_ref
    left join countries
        on
            counted.content_type = countries.content_type
            and counted.content_ref = countries.content_ref
    left join cities
        on
            counted.content_type = cities.content_type
            and counted.content_ref = cities.content_ref
)

select
    md5('content:' || content_type || ':' || content_id)::uuid as id,
    content_id,
    content_type,
    content_ref,
    coalesce(creator_id, author_id) as author_id,
    views::integer as views_count,
    viewers::integer as unique_views_count,
    likes::integer as likes_count,
    shares::integer as shares_count,
    comments::integer as comments_count,
    saves::integer as saves_count,
    make_interval(
        days => div(round(mean_milliseconds, 3), 86400000)::integer,
        secs => mod(round(mean_milliseconds, 3), 86400000) / 1000
    ) as avg_view_duration,
    make_interval(
        days => div(milliseconds, 86400000)::integer,
        secs => mod(milliseconds, 86400000) / 1000
    ) as total_view_duration,
    bounce_share::numeric(5, 4) as bounce_rate,
    shares_to_views::numeric(14, 4) as shares_to_views_ratio,
    comments_to_views::numeric(14, 4) as comments_to_views_ratio,
    ((likes + comments + shares) / nullif(views, 0))::numeric(14, 4) as engagement_rate,
    shares_to_views::numeric(14, 4) as viral_coefficient,
    top_countries,
    top_cities,
    (likes + 3 * comments + 4 * shares + 2 * saves + 0.1 * views)::numeric(16, 4)
        as engagement_score,
    round(
        100 * (
            0.5 * coalesce(1 - bounce_share, 0)
            + 0.3 * least(1, coalesce(mean_milliseconds, 0) / 30000)
            + 0.2 * least(1, 10 * coalesce(comments_to_views, 0))
        ),
        12
    )::numeric(10, 4) as quality_score,
    (100 * (1 - exp(-5 * coalesce(shares / nullif(viewers, 0)::numeric, 0))))::numeric(
        10, 4
    )
        as virality_score
from rated
