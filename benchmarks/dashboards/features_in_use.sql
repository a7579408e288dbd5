-- What does today's user do?

select
    event_name,
    users,
    adoption_rate
from metrics.feature_adoption
where
    date = (
        select max(latest.date)
        from metrics.feature_adoption as latest
    )
order by adoption_rate desc
