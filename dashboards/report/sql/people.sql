with

reported as (
    select '2024-01-29'::date as week
),

first_weeks as (
    select
        user_id,
        date_trunc('week', min(date)::timestamp)::date as week
    from analyst.user_interactions_daily
    where last_event_at is not null
    group by user_id
),

user_weeks as (
    select
        days.user_id,
        date_trunc('week', days.date::timestamp)::date as week,
        sum(days.posts_created) as posts,
        sum(days.posts_liked) as likes,
        sum(days.comments_posted) as comments,
        sum(days.follows_made) as follows,
        sum(days.messages_sent) as messages
    from analyst.user_interactions_daily as days
    cross join reported
    where
        days.last_event_at is not null
        and days.date >= reported.week - 84
        and days.date < reported.week + 7
    group by
        days.user_id,
        date_trunc('week', days.date::timestamp)
),

sessions as (
    select
        id,
        user_id,
        date_trunc('week', started_at at time zone 'UTC')::date as week,
        started_at,
        country,
        platform
    from analyst.user_sessions
    where user_id is not null
),

-- a user who is in several places in a week counts once, where the week began
places as (
    select distinct on (user_id, week)
        user_id,
        week,
        country,
        platform
    from sessions
    order by
        user_id,
        week,
        started_at,
        id
)

select
    user_weeks.week,
    numbers.name as number,
    places.country,
    places.platform,
    null as content,
    sum(numbers.value) as value
from user_weeks
inner join first_weeks on user_weeks.user_id = first_weeks.user_id
left join places
    on
        user_weeks.user_id = places.user_id
        and user_weeks.week = places.week
cross join
    lateral (
        values
        ('active_users', 1),
        ('new_users', (user_weeks.week = first_weeks.week)::integer),
        ('posts', user_weeks.posts),
        ('likes', user_weeks.likes),
        ('comments', user_weeks.comments),
        ('follows', user_weeks.follows),
        ('messages', user_weeks.messages)
    ) as numbers (name, value)
group by
    user_weeks.week,
    numbers.name,
    places.country,
    places.platform
