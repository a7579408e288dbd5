with

reported as (
    select '2024-01-29'::date as week
)

select
    date_trunc('week', errors.date::timestamp)::date as week,
    'errors' as number,
    sessions.country,
    errors.platform,
    errors.category as content,
    count(*) as value
from analyst.error_logs as errors
cross join reported
left join analyst.user_sessions as sessions
    on errors.session_id = sessions.id
where
    errors.date >= reported.week - 84
    and errors.date < reported.week + 7
group by
    date_trunc('week', errors.date::timestamp),
    sessions.country,
    errors.platform,
    errors.category
