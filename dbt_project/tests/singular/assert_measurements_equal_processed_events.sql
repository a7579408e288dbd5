{{ config(meta={'dagster': {'ref': {'name': 'performance_metrics'}}}) }}

-- Every processed measurement has its row, and no row is left of one not processed.

with

events as (
    select * from {{ ref('events') }}
    where
        event_name = 'performance_metric'
        and status = 'processed'
),

performance_metrics as (
    select * from {{ ref('performance_metrics') }}
)

select
    events.id as event_id,
    performance_metrics.id as measurement_id
from events
full outer join performance_metrics on events.id = performance_metrics.id
where
    events.id is null
    or performance_metrics.id is null
