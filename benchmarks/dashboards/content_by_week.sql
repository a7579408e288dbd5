-- How much is looked at, and how much of it moves people?

select
    date_trunc('week', date)::date as week,
    content_type,
    sum(views) as views,
    sum(likes + comments + shares)::numeric / nullif(sum(views), 0) as engagement_rate
from metrics.content_daily
group by 1, 2
order by 1 desc, 2
limit 100
