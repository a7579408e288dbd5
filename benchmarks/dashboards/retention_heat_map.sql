-- Of those who came first in a week, who is still there?

select
    cohort_week,
    weeks_since,
    retention_rate
from metrics.retention_weekly
where
    cohort_week > (
        select max(latest.cohort_week) - 7 * 26
        from metrics.retention_weekly as latest
    )
order by cohort_week, weeks_since
