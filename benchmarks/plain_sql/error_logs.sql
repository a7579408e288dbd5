-- The least that marts.error_logs takes: its events, spread out, each with what
-- resolved it last.

create table plain.error_logs as

with

resolved as (
    select distinct on (event_data ->> 'errorId')
        event_data ->> 'errorId' as error_ref,
        "timestamp",
        user_id,
        user_ref
    from plain.events
    where
        event_name = 'error_resolved'
        and status = 'processed'
    order by
        event_data ->> 'errorId', "timestamp" desc, event_ref collate "C" desc
)

select
    errors.id,
    errors.event_ref,
    errors.actor_key,
    errors.user_id,
    errors.user_ref,
    errors.session_id,
    errors.session_ref,
    errors.event_data ->> 'errorType' as error_type,
    errors.event_data ->> 'errorMessage' as error_message,
    errors.event_data ->> 'errorStack' as error_stack,
    errors.url,
    errors.user_agent,
    errors.browser,
    errors.platform,
    errors."timestamp",
    errors.date,
    coalesce(errors.event_data ->> 'severity', 'medium') as severity,
    errors.event_data ->> 'category' as category,
    resolved.error_ref is not null as resolved,
    resolved."timestamp" as resolved_at,
    resolved.user_id as resolved_by,
    resolved.user_ref as resolved_by_ref
from plain.events as errors
left join resolved on errors.event_ref = resolved.error_ref
where
    errors.event_name = 'error_occurred'
    and errors.status = 'processed'
