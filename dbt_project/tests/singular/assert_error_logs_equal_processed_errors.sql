{{ config(meta={'dagster': {'ref': {'name': 'error_logs'}}}) }}

-- Every processed error has its row, and no row is left of one that is not processed.

with

events as (
    select * from {{ ref('events') }}
    where
        event_name = 'error_occurred'
        and status = 'processed'
),

error_logs as (
    select * from {{ ref('error_logs') }}
)

select
    events.id as event_id,
    error_logs.id as error_id
from events
full outer join error_logs on events.id = error_logs.id
where
    events.id is null
    or error_logs.id is null
