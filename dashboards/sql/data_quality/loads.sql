select
    (landed_at at time zone 'UTC')::date as date,
    count(*) as loads,
    sum(records_read) as records,
    sum(events_landed) as events,
    sum(entities_landed) as entities,
    sum(records_rejected) as rejected
from raw.loads
where
    replays_load_id is null
    and landed_at >= now() - interval '365 days'
group by (landed_at at time zone 'UTC')::date
order by (landed_at at time zone 'UTC')::date
