{{ config(meta={'dagster': {'ref': {'name': 'error_logs'}}}) }}

-- An error is resolved exactly where a processed `error_resolved` names it.

with

error_logs as (
    select * from {{ ref('error_logs') }}
),

named as (
    select distinct error_id from {{ ref('int_errors_resolved') }}
    where is_processed
)

select error_logs.id
from error_logs
left join named on error_logs.id = named.error_id
where error_logs.resolved <> (named.error_id is not null)
