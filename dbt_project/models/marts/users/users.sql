{{ config(
    touched='int_users_touched',
    touched_on='target.id = touched.user_id',
    indexes=[
        {'columns': ['username'], 'type': 'spgist'},
        {'columns': ['last_active_at']},
    ],
) }}

-- only an incremental build reads this log
-- depends_on: {{ ref('int_users_touched') }}

with

known_users as (
    select * from {{ ref('int_users_known') }}
    where is_known
),

profiles as (
    select * from {{ ref('int_users_profiled') }}
),

contents as not materialized (
    select * from {{ ref('int_contents_summarized') }}
    where author_id is not null
),

content_events as not materialized (
    select * from {{ ref('int_content_events') }}
    where is_processed
),

author_names as not materialized (
    select * from {{ ref('int_author_names') }}
),

states as not materialized (
    select * from {{ ref('int_states_current') }}
    where is_on
),

user_interactions_daily as not materialized (
    select * from {{ ref('user_interactions_daily') }}
),

dates_observed as (
    select * from {{ ref('int_dates_observed') }}
),

touched as (
    {% if is_incremental() %}
    select user_id from {{ ref('int_users_touched') }}
    where build_id = {{ build_to_follow(ref('int_users_touched')) }}
    {% else %}
    select user_id from known_users
    union
    select author_id as user_id from contents
    {% endif %}
),

as_of as (
    select as_of_date
    from dates_observed
    order by build_id desc
    limit 1
),

authored as (
    select
        contents.author_id as user_id,
        sum(contents.likes_count) as likes_received,
        sum(contents.comments_count) as comments_received,
        sum(contents.shares_count) as shares_received
    from contents
    inner join touched on contents.author_id = touched.user_id
    group by contents.author_id
),

named as (
    select
        author_names.user_id,
        min(author_names.author_ref collate "C") as user_ref,
        min(content_events."timestamp") as first_named_at
    from author_names
    inner join touched on author_names.user_id = touched.user_id
    inner join content_events on author_names.author_key = content_events.author_key
    group by author_names.user_id
),

posts_counted as (
    select
        content_events.user_id,
        count(distinct content_events.content_id) as posts
    from content_events
    inner join touched on content_events.user_id = touched.user_id
    where content_events.is_creation
    group by content_events.user_id
),

given_states_counted as (
    select
        states.user_id,
        count(*) filter (where states.relation = 'like') as likes_given,
        count(*) filter (where states.relation = 'follow') as following
    from states
    inner join touched on states.user_id = touched.user_id
    group by states.user_id
),

followers_counted as (
    select
        states.object_id as user_id,
        count(*) as followers
    from states
    inner join touched on states.object_id = touched.user_id
    where states.relation = 'follow'
    group by states.object_id
),

days_summed as (
    select
        days.user_id,
        sum(days.comments_posted) as comments_given,
        sum(days.posts_shared) as shares_given,
        sum(days.sessions_count) as sessions,
        sum(days.total_session_duration) as session_duration
    from user_interactions_daily as days
    inner join touched on days.user_id = touched.user_id
    group by days.user_id
),

window_summed as (
    select
        days.user_id,
        sum(days.activity_points) as activity_points,
        sum(days.social_points) as social_points,
        count(*) as days
    from user_interactions_daily as days
    inner join touched on days.user_id = touched.user_id
    inner join as_of
        on
            days.date > as_of.as_of_date - {{ var('engagement_window_days') }}
            and days.date <= as_of.as_of_date
    group by days.user_id
),

scored as (
    select
        user_id,
        0.5 * 100 * (1 - exp(-activity_points / 50))
        + 0.3 * 100 * (1 - exp(-social_points / 20))
        + 0.2 * 100 * days / {{ var('engagement_window_days') }}::numeric
            as engagement_score
    from window_summed
),

users as (
    select
        -- keys
        touched.user_id as id,
        coalesce(known_users.user_ref, named.user_ref) as user_ref,

        -- person
        profiles.username,
        profiles.email,
        coalesce(profiles.role, 'free') as role,
        coalesce(
            profiles.created_at,
            known_users.first_acted_at,
            least(known_users.first_followed_at, named.first_named_at)
        ) as created_at,
        profiles.updated_at,
        known_users.last_acted_at as last_active_at,

        -- demographics
        profiles.timezone,
        profiles.language,
        profiles.country_code,
        profiles.registration_source,

        -- counters
        {{ count_or_zero('posts_counted.posts') }} as total_posts,
        {{ count_or_zero('given_states_counted.likes_given') }} as total_likes_given,
        {{ count_or_zero('authored.likes_received') }} as total_likes_received,
        {{ count_or_zero('days_summed.comments_given') }} as total_comments_given,
        {{ count_or_zero('authored.comments_received') }} as total_comments_received,
        {{ count_or_zero('days_summed.shares_given') }} as total_shares_given,
        {{ count_or_zero('authored.shares_received') }} as total_shares_received,
        {{ count_or_zero('followers_counted.followers') }} as total_followers,
        {{ count_or_zero('given_states_counted.following') }} as total_following,
        {{ count_or_zero('days_summed.sessions') }} as total_sessions,
        coalesce(days_summed.session_duration, interval '0') as total_session_duration,

        -- score
        coalesce(scored.engagement_score, 0)::numeric(10, 4) as engagement_score
    from touched
    left join known_users on touched.user_id = known_users.user_id
    left join profiles on touched.user_id = profiles.user_id
    left join named on touched.user_id = named.user_id
    left join authored on touched.user_id = authored.user_id
    left join posts_counted on touched.user_id = posts_counted.user_id
    left join given_states_counted on touched.user_id = given_states_counted.user_id
    left join followers_counted on touched.user_id = followers_counted.user_id
    left join days_summed on touched.user_id = days_summed.user_id
    left join scored on touched.user_id = scored.user_id
    where
        known_users.user_id is not null
        or authored.user_id is not null
)

select * from users
