-- Who came, date by date, and how often they come back.

select
    date,
    dau,
    wau,
    mau,
    stickiness
from metrics.active_users_daily
order by date desc
limit 90
