{{ config(
    touched='int_user_days_touched',
    touched_on='target.id = touched.user_day_id',
    newest_alone=true,
    indexes=[
        {'columns': ['user_id', 'date'], 'unique': true},
        {'columns': ['date']},
    ],
) }}

with

events as (
    select * from {{ ref('events') }}
    where
        status = 'processed'
        and user_id is not null
),

user_sessions as (
    select * from {{ ref('user_sessions') }}
    where user_id is not null
),

engagement_weights as (
    select * from {{ ref('engagement_weights') }}
),

touched as (
    select * from {{ ref('int_user_days_touched') }}
    where build_id = {{ build_to_follow(ref('int_user_days_touched')) }}
),

touched_events as (
    {% if is_incremental() %}
    select found.*
    from touched
    -- offset 0: a look-up by index each, not a join that reads every month
    cross join lateral (
        select * from events
        where
            actor_key = touched.user_id
            and "timestamp" >= touched.from_at
            and "timestamp" < touched.before_at
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select * from events
    {% endif %}
),

touched_sessions as (
    select user_sessions.*
    from user_sessions
    {% if is_incremental() %}
    inner join touched
        on
            user_sessions.user_id = touched.user_id
            and user_sessions.started_at >= touched.from_at
            and user_sessions.started_at < touched.before_at
    {% endif %}
),

actions_named as (
    select
        *,
        case event_name
            when 'post_like' then coalesce(event_data ->> 'action', 'like')
            when 'user_follow' then coalesce(event_data ->> 'action', 'follow')
        end as action
    from touched_events
),

kinds_counted as (
    select
        user_id,
        date,
        event_name,
        action,
        min(user_ref) as user_ref,
        count(*) as events,
        min("timestamp") as first_event_at,
        max("timestamp") as last_event_at
    from actions_named
    group by
        user_id,
        date,
        event_name,
        action
),

events_counted as (
    select
        user_id,
        date,
        min(user_ref) as user_ref,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at,
        {{ events_of('post_created') }} as posts_created,
        {{ events_of('post_view') }} as posts_viewed,
        {{ events_of('post_like', 'like') }} as posts_liked,
        {{ events_of('post_share') }} as posts_shared,
        {{ events_of('post_comment') }} as comments_posted,
        {{ events_of('user_follow', 'follow') }} as follows_made,
        {{ events_of('user_follow', 'unfollow') }} as unfollows_made,
        {{ events_of('message_sent') }} as messages_sent,
        {{ events_of('profile_view') }} as profile_views,
        {{ events_of('news_article_view') }} as news_articles_viewed,
        {{ events_of('trending_item_view') }} as trending_items_viewed,
        {{ events_of('story_view') }} as stories_viewed,
        {{ events_of('media_upload') }} as media_uploaded,
        {{ events_of('community_join') }} as communities_joined,
        {{ events_of('community_leave') }} as communities_left,
        {{ events_of('community_post') }} as community_posts,
        {{ events_of('page_view') }} as pages_viewed
    from kinds_counted
    group by
        user_id,
        date
),

points_summed as (
    select
        kinds_counted.user_id,
        kinds_counted.date,
        {{ points_of('activity') }} as activity_points,
        {{ points_of('social') }} as social_points
    from kinds_counted
    inner join engagement_weights
        on
            kinds_counted.event_name = engagement_weights.event_name
            and coalesce(engagement_weights.action, kinds_counted.action, '')
            = coalesce(kinds_counted.action, '')
    group by
        kinds_counted.user_id,
        kinds_counted.date
),

sessions_counted as (
    select
        user_id,
        {{ reporting_date('started_at') }} as date,
        min(user_ref) as user_ref,
        count(*) as sessions_count,
        sum(duration) as total_session_duration
    from touched_sessions
    group by
        user_id,
        {{ reporting_date('started_at') }}
),

user_days as (
    select
        user_id,
        date
    from events_counted
    union
    select
        user_id,
        date
    from sessions_counted
),

interactions as (
    select
        -- keys
        {{ user_day_uuid('user_days.user_id', 'user_days.date') }} as id,
        user_days.user_id,
        coalesce(events_counted.user_ref, sessions_counted.user_ref) as user_ref,
        user_days.date,

        -- content
        {{ count_or_zero('events_counted.posts_created') }} as posts_created,
        {{ count_or_zero('events_counted.posts_viewed') }} as posts_viewed,
        {{ count_or_zero('events_counted.posts_liked') }} as posts_liked,
        {{ count_or_zero('events_counted.posts_shared') }} as posts_shared,
        {{ count_or_zero('events_counted.comments_posted') }} as comments_posted,

        -- social
        {{ count_or_zero('events_counted.follows_made') }} as follows_made,
        {{ count_or_zero('events_counted.unfollows_made') }} as unfollows_made,
        {{ count_or_zero('events_counted.messages_sent') }} as messages_sent,
        {{ count_or_zero('events_counted.profile_views') }} as profile_views,

        -- consumption
        {{ count_or_zero('events_counted.news_articles_viewed') }}
            as news_articles_viewed,
        {{ count_or_zero('events_counted.trending_items_viewed') }}
            as trending_items_viewed,
        {{ count_or_zero('events_counted.stories_viewed') }} as stories_viewed,
        {{ count_or_zero('events_counted.media_uploaded') }} as media_uploaded,

        -- communities
        {{ count_or_zero('events_counted.communities_joined') }} as communities_joined,
        {{ count_or_zero('events_counted.communities_left') }} as communities_left,
        {{ count_or_zero('events_counted.community_posts') }} as community_posts,

        -- sessions
        {{ count_or_zero('sessions_counted.sessions_count') }} as sessions_count,
        coalesce(sessions_counted.total_session_duration, interval '0')
            as total_session_duration,
        {{ count_or_zero('events_counted.pages_viewed') }} as pages_viewed,

        -- scores
        coalesce(points_summed.activity_points, 0)::numeric(20, 6) as activity_points,
        coalesce(points_summed.social_points, 0)::numeric(20, 6) as social_points,
        (
            coalesce(points_summed.activity_points, 0)
            + coalesce(points_summed.social_points, 0)
        )::numeric(14, 4) as engagement_score,

        -- bounds
        events_counted.first_event_at,
        events_counted.last_event_at
    from user_days
    left join events_counted
        on
            user_days.user_id = events_counted.user_id
            and user_days.date = events_counted.date
    left join sessions_counted
        on
            user_days.user_id = sessions_counted.user_id
            and user_days.date = sessions_counted.date
    left join points_summed
        on
            user_days.user_id = points_summed.user_id
            and user_days.date = points_summed.date
)

select * from interactions
