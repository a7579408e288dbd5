{{ config(meta={'dagster': {'ref': {'name': 'events'}}}) }}

-- No event id is lost between landing and the mart, and none is there twice.

with

events as (
    select * from {{ ref('events') }}
),

first_landed as (
    select * from {{ ref('int_events_first_landed') }}
),

rows_counted as (
    select
        id as event_id,
        count(*) as row_count
    from events
    group by id
)

select
    first_landed.event_id,
    rows_counted.row_count
from first_landed
full outer join rows_counted on first_landed.event_id = rows_counted.event_id
where
    first_landed.event_id is null
    or rows_counted.row_count is distinct from 1
