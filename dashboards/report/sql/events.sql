with

reported as (
    select '2024-01-29'::date as week
),

-- what any other event is of is `events` alone
kinds (event_name, number, content) as (
    values
    ('post_view', 'views', 'post'),
    ('story_view', 'views', 'story'),
    ('news_article_view', 'views', 'article'),
    ('post_share', 'shares', 'post'),
    ('news_article_share', 'shares', 'article')
),

counted as (
    select
        date_trunc('week', events.date::timestamp)::date as week,
        events.event_name,
        events.platform,
        sessions.country,
        count(*) as events
    from analyst.events as events
    cross join reported
    left join analyst.user_sessions as sessions
        on events.session_id = sessions.id
    where
        events.status = 'processed'
        and events."timestamp" >= (reported.week - 84)::timestamp at time zone 'UTC'
        and events."timestamp" < (reported.week + 7)::timestamp at time zone 'UTC'
    group by
        date_trunc('week', events.date::timestamp),
        events.event_name,
        events.platform,
        sessions.country
)

select
    counted.week,
    numbers.name as number,
    counted.country,
    counted.platform,
    numbers.content,
    sum(counted.events) as value
from counted
left join kinds on counted.event_name = kinds.event_name
cross join
    lateral (
        values
        ('events', null),
        (kinds.number, kinds.content)
    ) as numbers (name, content)
where numbers.name is not null
group by
    counted.week,
    numbers.name,
    counted.country,
    counted.platform,
    numbers.content
