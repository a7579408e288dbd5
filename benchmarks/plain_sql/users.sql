-- The least that marts.users takes: who there is, what each did and what each was
-- given. It takes an author's name for a user's id, which each simulated one is.

create table plain.users as

with

processed as not materialized (
    select * from plain.events
    where status = 'processed'
),

profiles as (
    select distinct on (entity_id)
        entity_id as user_ref,
        updated_at,
        data
    from raw.entities
    where entity_type = 'user'
    order by entity_id asc, updated_at desc, load_id desc, record_number desc
),

as_of as (
    select max(date) - 30 as date_before
    from processed
),

days as (
    select
        days.user_ref,
        min(days.first_event_at) as first_acted_at,
        max(days.last_event_at) as last_acted_at,
        sum(days.comments_posted) as comments_given,
        sum(days.posts_shared) as shares_given,
        sum(days.sessions_count) as sessions,
        sum(days.total_session_duration) as session_duration,
        sum(days.activity_points) filter (where days.date > as_of.date_before)
            as activity_points,
        sum(days.social_points) filter (where days.date > as_of.date_before)
            as social_points,
        count(*) filter (where days.date > as_of.date_before) as days
    from plain.user_interactions_daily as days
    cross join as_of
    group by days.user_ref
),

posts as (
    select
        event_data ->> 'postId' as post_ref,
        (array_agg(user_ref order by "timestamp", event_ref collate "C") filter (
            where event_name in ('post_created', 'community_post')
            and user_ref is not null
        ))[1] as creator,
        (array_agg(
            event_data ->> 'postAuthor' order by "timestamp", event_ref collate "C"
        ) filter (where event_data ->> 'postAuthor' is not null))[1] as named,
        min("timestamp") as first_at,
        count(*) filter (where event_name = 'post_comment') as comments,
        count(*) filter (where event_name = 'post_share') as shares
    from processed
    where event_data ->> 'postId' is not null
    group by event_data ->> 'postId'
),

likes as (
    select distinct on (user_ref, event_data ->> 'postId')
        user_ref,
        event_data ->> 'postId' as post_ref,
        coalesce(event_data ->> 'action', 'like') = 'like' as is_on
    from processed
    where
        event_name = 'post_like'
        and user_ref is not null
    order by
        user_ref asc,
        event_data ->> 'postId',
        "timestamp" desc,
        event_ref collate "C" desc
),

follows as (
    select distinct on (user_ref, event_data ->> 'targetUserId')
        user_ref,
        event_data ->> 'targetUserId' as target_ref,
        coalesce(event_data ->> 'action', 'follow') = 'follow' as is_on
    from processed
    where
        event_name = 'user_follow'
        and user_ref is not null
    order by
        user_ref asc,
        event_data ->> 'targetUserId',
        "timestamp" desc,
        event_ref collate "C" desc
),

followed as (
    select
        event_data ->> 'targetUserId' as user_ref,
        min("timestamp") as first_followed_at
    from processed
    where event_name = 'user_follow'
    group by event_data ->> 'targetUserId'
),

liked as (
    select
        post_ref,
        count(*) as likes
    from likes
    where is_on
    group by post_ref
),

authored as (
    select
        coalesce(posts.creator, posts.named) as user_ref,
        sum(liked.likes) as likes_received,
        sum(posts.comments) as comments_received,
        sum(posts.shares) as shares_received,
        min(posts.first_at) as first_named_at
    from posts
    left join liked on posts.post_ref = liked.post_ref
    group by coalesce(posts.creator, posts.named)
),

written as (
    select
        user_ref,
        count(distinct event_data ->> 'postId') as posts
    from processed
    where event_name in ('post_created', 'community_post')
    group by user_ref
),

likes_given as (
    select
        user_ref,
        count(*) as likes
    from likes
    where is_on
    group by user_ref
),

following as (
    select
        user_ref,
        count(*) as following
    from follows
    where is_on
    group by user_ref
),

followers as (
    select
        target_ref as user_ref,
        count(*) as followers
    from follows
    where is_on
    group by target_ref
),

known as (
    select user_ref from profiles
    union
    select user_ref from days
    union
    select user_ref from followed
    union
    select user_ref from authored
    where user_ref is not null
)

select
    md5('user:' || known.user_ref)::uuid as id,
    known.user_ref,
    profiles.data ->> 'username' as username,
    profiles.data ->> 'email' as email,
    coalesce(profiles.data ->> 'role', 'free') as role,
    coalesce(
        (profiles.data ->> 'createdAt')::timestamptz,
        days.first_acted_at,
        least(followed.first_followed_at, authored.first_named_at)
    ) as created_at,
    profiles.updated_at,
    days.last_acted_at as last_active_at,
    profiles.data ->> 'timezone' as timezone,
    profiles.data ->> 'language' as language,
    profiles.data ->> 'countryCode' as country_code,
    profiles.data ->> 'registrationSource' as registration_source,
    coalesce(written.posts, 0)::integer as total_posts,
    coalesce(likes_given.likes, 0)::integer as total_likes_given,
    coalesce(authored.likes_received, 0)::integer as total_likes_received,
    coalesce(days.comments_given, 0)::integer as total_comments_given,
    coalesce(authored.comments_received, 0)::integer as total_comments_received,
    coalesce(days.shares_given, 0)::integer as total_shares_given,
    coalesce(authored.shares_received, 0)::integer as total_shares_received,
    coalesce(followers.followers, 0)::integer as total_followers,
    coalesce(following.following, 0)::integer as total_following,
    coalesce(days.sessions, 0)::integer as total_sessions,
    coalesce(days.session_duration, interval '0') as total_session_duration,
    coalesce(
        0.5 * 100 * (1 - exp(-days.activity_points / 50))
        + 0.3 * 100 * (1 - exp(-days.social_points / 20))
        + 0.2 * 100 * days.days / 30::numeric,
        0
    )::numeric(10, 4) as engagement_score
from known
left join profiles on known.user_ref = profiles.user_ref
left join days on known.user_ref = days.user_ref
left join followed on known.user_ref = followed.user_ref
left join authored on known.user_ref = authored.user_ref
left join written on known.user_ref = written.user_ref
left join likes_given on known.user_ref = likes_given.user_ref
left join following on known.user_ref = following.user_ref
left join followers on known.user_ref = followers.user_ref
