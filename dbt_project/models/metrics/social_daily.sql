{{ config(
    indexes=[{'columns': ['date'], 'unique': true}],
) }}

with

social_events as (
    select * from {{ ref('int_social_events') }}
    where is_processed
),

-- what one did to another on a date is a row, so that distinct pairs are rows and
-- nothing is sorted
pairs as (
    select
        date,
        user_id,
        other_id,
        count(*) filter (where act = 'follow') as follows,
        count(*) filter (where act = 'unfollow') as unfollows,
        count(*) filter (where act = 'message') as messages,
        count(*) filter (where act = 'profile_view') as profile_views
    from social_events
    group by
        date,
        user_id,
        other_id
),

days as (
    select
        date,
        sum(follows)::bigint as follows,
        sum(unfollows)::bigint as unfollows,
        sum(messages)::bigint as messages,
        sum(profile_views)::bigint as profile_views,
        -- nobody known makes no pair
        count(user_id) as user_pairs
    from pairs
    group by date
)

select * from days
