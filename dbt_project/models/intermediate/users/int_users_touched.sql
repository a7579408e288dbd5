{{ config(indexes=[{'columns': ['build_id']}]) }}

with

known_users as (
    select * from {{ ref('int_users_known') }}
    where build_id > {{ built_through('users') }}
),

user_days_touched as (
    select * from {{ ref('int_user_days_touched') }}
    where build_id > {{ built_through('users') }}
),

states as (
    select * from {{ ref('int_states_current') }}
    where build_id > {{ built_through('users') }}
),

content_events as (
    select * from {{ ref('int_content_events') }}
    where build_id > {{ built_through('users') }}
),

author_names as not materialized (
    select * from {{ ref('int_author_names') }}
),

profiles as (
    select * from {{ ref('int_users_profiled') }}
),

contents_touched as (
    select * from {{ ref('int_contents_touched') }}
    where build_id > {{ built_through('users') }}
),

contents as (
    select * from {{ ref('int_contents_summarized') }}
    where build_id > {{ built_through('users') }}
),

dates_observed as (
    select * from {{ ref('int_dates_observed') }}
),

user_interactions_daily as (
    select * from {{ ref('user_interactions_daily') }}
),

-- the as-of date now, and the one that the users were last scored at
window_ends as (
    select as_of_date
    from (
        select
            as_of_date,
            row_number() over (order by build_id desc) as recency
        from dates_observed
        where build_id <= {{ built_through('users') }}
    ) as before
    where recency = 1
    union
    select as_of_date
    from dates_observed
    where build_id > {{ built_through('users') }}
),

-- a score changes without news of its user by the dates that one window has and the
-- other has not: those that were left behind, and those that were reached
dates_moved as (
    select
        min(as_of_date) as after_date,
        max(as_of_date) as to_date
    from window_ends
    having count(*) > 1
    union all
    select
        min(as_of_date) - {{ var('engagement_window_days') }} as after_date,
        max(as_of_date) - {{ var('engagement_window_days') }} as to_date
    from window_ends
    having count(*) > 1
),

users as (
    select user_id from known_users
    union
    select user_id from user_days_touched
    union
    select user_id from states
    union
    select object_id as user_id from states
    where relation = 'follow'
    union
    select user_id from content_events
    union
    select author_names.user_id
    from content_events
    inner join author_names on content_events.author_key = author_names.author_key
    union
    -- whom a name stood for before it came to stand for somebody else
    select profiles.user_id
    from author_names
    inner join profiles on author_names.username_key = profiles.username_key
    where author_names.build_id > {{ built_through('users') }}
    union
    select author_id_before as user_id from contents_touched
    union
    select author_id as user_id from contents
    union
    select user_interactions_daily.user_id
    from user_interactions_daily
    inner join dates_moved
        on
            user_interactions_daily.date > dates_moved.after_date
            and user_interactions_daily.date <= dates_moved.to_date
),

touched as (
    select
        user_id,
        {{ build_id() }}::bigint as build_id
    from users
    where
        user_id is not null
        -- a full refresh counts every user anew, so none is touched
        and {{ is_incremental() | lower }}
)

select * from touched
