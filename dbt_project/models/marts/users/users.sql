{{ config(
    touched='int_users_touched',
    touched_on='target.id = touched.user_id',
    newest_alone=true,
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

days as not materialized (
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

-- each step looks up by index what it adds to a user, one user after the other: joined
-- at once, a batch would have all of history hashed
identified as (
    select
        touched.user_id,
        known_users.user_ref,
        known_users.first_acted_at,
        known_users.first_followed_at,
        known_users.last_acted_at,
        known_users.user_id is not null as is_known
    from touched
    left join known_users on touched.user_id = known_users.user_id
),

profiled as (
    select
        identified.*,
        profiles.username,
        profiles.email,
        profiles.role,
        profiles.created_at,
        profiles.updated_at,
        profiles.timezone,
        profiles.language,
        profiles.country_code,
        profiles.registration_source
    from identified
    left join profiles on identified.user_id = profiles.user_id
),

named as (
    select
        profiled.*,
        names.author_ref
    from profiled
    cross join lateral (
        select min(author_names.author_ref collate "C") as author_ref  -- noqa: RF03
        from author_names
        where author_names.user_id = profiled.user_id
    ) as names
),

dated as (
    select
        named.*,
        first_events.first_named_at
    from named
    cross join lateral (
        select
            min((
                select content_events."timestamp"
                from content_events
                where content_events.author_key = author_names.author_key
                order by content_events."timestamp"
                limit 1
            )) as first_named_at
        from author_names
        where
            author_names.user_id = named.user_id
            -- of who is older by their own account nothing is looked up
            and named.created_at is null
            and named.first_acted_at is null
    ) as first_events
),

contents_summed as (
    select
        dated.*,
        authored.*
    from dated
    cross join lateral (
        select
            count(*) > 0 as is_author,
            sum(contents.likes_count) as likes_received,
            sum(contents.comments_count) as comments_received,
            sum(contents.shares_count) as shares_received
        from contents
        where contents.author_id = dated.user_id
    ) as authored
),

posts_counted as (
    select
        contents_summed.*,
        created.posts
    from contents_summed
    cross join lateral (
        select count(distinct content_events.content_id) as posts
        from content_events
        where
            content_events.user_id = contents_summed.user_id
            and content_events.is_creation
    ) as created
),

given_states_counted as (
    select
        posts_counted.*,
        given.likes_given,
        given.following
    from posts_counted
    cross join lateral (
        select
            count(*) filter (where states.relation = 'like') as likes_given,
            count(*) filter (where states.relation = 'follow') as following
        from states
        where states.user_id = posts_counted.user_id
    ) as given
),

followers_counted as (
    select
        given_states_counted.*,
        received.followers
    from given_states_counted
    cross join lateral (
        select count(*) as followers
        from states
        where
            states.object_id = given_states_counted.user_id
            and states.relation = 'follow'
    ) as received
),

days_summed as (
    select
        followers_counted.*,
        all_days.*
    from followers_counted
    cross join lateral (
        select
            sum(days.comments_posted) as comments_given,
            sum(days.posts_shared) as shares_given,
            sum(days.sessions_count) as sessions,
            sum(days.total_session_duration) as session_duration
        from days
        where days.user_id = followers_counted.user_id
    ) as all_days
),

window_summed as (
    select
        days_summed.*,
        latest_days.*
    from days_summed
    left join as_of on true
    cross join lateral (
        select
            sum(days.activity_points) as activity_points,
            sum(days.social_points) as social_points,
            count(*) as days
        from days
        where
            days.user_id = days_summed.user_id
            and days.date > as_of.as_of_date - {{ var('engagement_window_days') }}
            and days.date <= as_of.as_of_date
    ) as latest_days
),

scored as (
    select
        *,
        0.5 * 100 * (1 - exp(-activity_points / 50))
        + 0.3 * 100 * (1 - exp(-social_points / 20))
        + 0.2 * 100 * days / {{ var('engagement_window_days') }}::numeric
            as engagement_score
    from window_summed
    where
        is_known
        or is_author
),

users as (
    select
        -- keys
        user_id as id,
        coalesce(user_ref, author_ref) as user_ref,

        -- person
        username,
        email,
        coalesce(role, 'free') as role,
        coalesce(
            created_at,
            first_acted_at,
            least(first_followed_at, first_named_at)
        ) as created_at,
        updated_at,
        last_acted_at as last_active_at,

        -- demographics
        timezone,
        language,
        country_code,
        registration_source,

        -- counters
        {{ count_or_zero('posts') }} as total_posts,
        {{ count_or_zero('likes_given') }} as total_likes_given,
        {{ count_or_zero('likes_received') }} as total_likes_received,
        {{ count_or_zero('comments_given') }} as total_comments_given,
        {{ count_or_zero('comments_received') }} as total_comments_received,
        {{ count_or_zero('shares_given') }} as total_shares_given,
        {{ count_or_zero('shares_received') }} as total_shares_received,
        {{ count_or_zero('followers') }} as total_followers,
        {{ count_or_zero('following') }} as total_following,
        {{ count_or_zero('sessions') }} as total_sessions,
        coalesce(session_duration, interval '0') as total_session_duration,

        -- score
        coalesce(engagement_score, 0)::numeric(10, 4) as engagement_score
    from scored
)

select * from users
