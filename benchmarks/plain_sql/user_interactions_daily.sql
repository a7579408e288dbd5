-- The least that marts.user_interactions_daily takes: events and sessions, each counted
-- once.

create table plain.user_interactions_daily as

with

kinds as (
    select
        user_id,
        date,
        event_name,
        case event_name
            when 'post_like' then coalesce(event_data ->> 'action', 'like')
            when 'user_follow' then coalesce(event_data ->> 'action', 'follow')
        end as action,
        min(user_ref) as user_ref,
        count(*) as events,
        min("timestamp") as first_event_at,
        max("timestamp") as last_event_at
    from plain.events
    where
        status = 'processed'
        and user_id is not null
    group by 1, 2, 3, 4
),

weighed as (
    select
        kinds.*,
        kinds.events * weights.points as points,
        weights.dimension
    from kinds
    left join intermediate.engagement_weights as weights
        on
            kinds.event_name = weights.event_name
            and coalesce(weights.action, kinds.action, '') = coalesce(kinds.action, '')
),

counted as (
    select
        user_id,
        date,
        min(user_ref) as user_ref,
        sum(events) filter (where event_name = 'post_created') as posts_created,
        sum(events) filter (where event_name = 'post_view') as posts_viewed,
        sum(events) filter (where action = 'like') as posts_liked,
        sum(events) filter (where event_name = 'post_share') as posts_shared,
        sum(events) filter (where event_name = 'post_comment') as comments_posted,
        sum(events) filter (where action = 'follow') as follows_made,
        sum(events) filter (where action = 'unfollow') as unfollows_made,
        sum(events) filter (where event_name = 'message_sent') as messages_sent,
        sum(events) filter (where event_name = 'profile_view') as profile_views,
        sum(events) filter (where event_name = 'news_article_view')
            as news_articles_viewed,
        sum(events) filter (where event_name = 'trending_item_view')
            as trending_items_viewed,
        sum(events) filter (where event_name = 'story_view') as stories_viewed,
        sum(events) filter (where event_name = 'media_upload') as media_uploaded,
        sum(events) filter (where event_name = 'community_join') as communities_joined,
        sum(events) filter (where event_name = 'community_leave') as communities_left,
        sum(events) filter (where event_name = 'community_post') as community_posts,
        sum(events) filter (where event_name = 'page_view') as pages_viewed,
        sum(points) filter (where dimension = 'activity') as activity_points,
        sum(points) filter (where dimension = 'social') as social_points,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at
    from weighed
    group by 1, 2
),

sessions as (
    select
        user_id,
        (started_at at time zone 'UTC')::date as date,
        min(user_ref) as user_ref,
        count(*) as sessions_count,
        sum(duration) as total_session_duration
    from plain.user_sessions
    where user_id is not null
    group by 1, 2
)

select
    md5(
        'user_day:' || coalesce(counted.user_id, sessions.user_id)
        || ':' || coalesce(counted.date, sessions.date)
    )::uuid as id,
    coalesce(counted.user_id, sessions.user_id) as user_id,
    coalesce(counted.user_ref, sessions.user_ref) as user_ref,
    coalesce(counted.date, sessions.date) as date,
    coalesce(counted.posts_created, 0)::integer as posts_created,
    coalesce(counted.posts_viewed, 0)::integer as posts_viewed,
    coalesce(counted.posts_liked, 0)::integer as posts_liked,
    coalesce(counted.posts_shared, 0)::integer as posts_shared,
    coalesce(counted.comments_posted, 0)::integer as comments_posted,
    coalesce(counted.follows_made, 0)::integer as follows_made,
    coalesce(counted.unfollows_made, 0)::integer as unfollows_made,
    coalesce(counted.messages_sent, 0)::integer as messages_sent,
    coalesce(counted.profile_views, 0)::integer as profile_views,
    coalesce(counted.news_articles_viewed, 0)::integer as news_articles_viewed,
    coalesce(counted.trending_items_viewed, 0)::integer as trending_items_viewed,
    coalesce(counted.stories_viewed, 0)::integer as stories_viewed,
    coalesce(counted.media_uploaded, 0)::integer as media_uploaded,
    coalesce(counted.communities_joined, 0)::integer as communities_joined,
    coalesce(counted.communities_left, 0)::integer as communities_left,
    coalesce(counted.community_posts, 0)::integer as community_posts,
    coalesce(sessions.sessions_count, 0)::integer as sessions_count,
    coalesce(sessions.total_session_duration, interval '0') as total_session_duration,
    coalesce(counted.pages_viewed, 0)::integer as pages_viewed,
    coalesce(counted.activity_points, 0)::numeric(20, 6) as activity_points,
    coalesce(counted.social_points, 0)::numeric(20, 6) as social_points,
    (
        coalesce(counted.activity_points, 0) + coalesce(counted.social_points, 0)
    )::numeric(14, 4) as engagement_score,
    counted.first_event_at,
    counted.last_event_at
from counted
full outer join sessions
    on counted.user_id = sessions.user_id and counted.date = sessions.date
