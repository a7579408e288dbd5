-- What broke in the last four weeks, for how many?

select
    category,
    severity,
    sum(errors) as errors,
    max(users_affected) as most_users_in_a_day
from metrics.errors_daily
where
    date > (
        select max(latest.date) - 28
        from metrics.errors_daily as latest
    )
group by category, severity
order by errors desc
