-- The least that marts.experiment_assignments takes: the first assignment of each user.

create table plain.experiment_assignments as

with

assigned as (
    select
        event_data ->> 'experimentId' as experiment_ref,
        user_id,
        min(user_ref) as user_ref,
        (array_agg(
            event_data ->> 'variant' order by "timestamp", event_ref collate "C"
        ))[1] as variant,
        min("timestamp") as assigned_at,
        count(distinct event_data ->> 'variant') > 1 as is_contaminated
    from plain.events
    where
        event_name = 'experiment_assigned'
        and status = 'processed'
        and user_id is not null
    group by 1, 2
)

select
    md5(
        'assignment:' || md5('experiment:' || experiment_ref)::uuid || ':' || user_id
    )::uuid as id,
    md5('experiment:' || experiment_ref)::uuid as experiment_id,
    experiment_ref,
    user_id,
    user_ref,
    variant,
    assigned_at,
    is_contaminated
from assigned
