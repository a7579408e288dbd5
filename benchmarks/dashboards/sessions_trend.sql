-- How long visits are, and how many of them bounce.

select
    date,
    sessions,
    avg_duration,
    pages_per_session,
    bounce_rate
from metrics.sessions_daily
order by date desc
limit 90
