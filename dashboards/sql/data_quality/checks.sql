with

judged as (
    select distinct on (asset_key, check_name)
        asset_key::jsonb ->> 0 as layer,
        execution_status = 'SUCCEEDED' as holds
    from dagster.asset_check_executions
    where
        execution_status in ('SUCCEEDED', 'FAILED')
        and evaluation_event_timestamp > (
            select max(latest.evaluation_event_timestamp) - interval '7 days'
            from dagster.asset_check_executions as latest
        )
    order by
        asset_key asc,
        check_name asc,
        evaluation_event_storage_id desc
)

select
    layer,
    count(*) filter (where holds) as hold,
    count(*) filter (where not holds) as fail
from judged
group by layer
order by layer
