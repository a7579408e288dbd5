with

moments as (
    select
        1 as place,
        'a file landed last' as what,
        max(landed_at) as moment
    from raw.loads
    where replays_load_id is null
    union all
    select
        2 as place,
        'the models were built last' as what,
        max(started_at) as moment
    from intermediate.builds
    union all
    select
        3 as place,
        'the newest event happened' as what,
        max("timestamp") as moment
    from marts.events
)

select
    what,
    moment as at,
    round(extract(epoch from now() - moment) / 3600, 1) as hours_ago
from moments
order by place
