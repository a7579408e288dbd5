{{ config(
    touched='int_errors_touched',
    touched_on=(
        'target.id = touched.event_id and target.actor_key = touched.actor_key'
    ),
    newest_alone=true,
    indexes=[
        {'columns': ['timestamp']},
        {'columns': ['severity', 'timestamp']},
        {'columns': ['user_id', 'timestamp']},
        {'columns': ['category'], 'type': 'spgist'},
        {'columns': ['error_type'], 'type': 'spgist'},
    ],
) }}

-- The free texts have an index that holds a text of any length; a btree would refuse
-- one above 2,700 bytes, and with it the build.

with

events as (
    select * from {{ ref('events') }}
    where
        event_name = 'error_occurred'
        and status = 'processed'
),

errors_resolved as (
    select * from {{ ref('int_errors_resolved') }}
    where is_processed
),

touched as (
    select * from {{ ref('int_errors_touched') }}
    where build_id = {{ build_to_follow(ref('int_errors_touched')) }}
),

touched_errors as (
    {% if is_incremental() %}
    select found.*
    from touched
    -- offset 0: a look-up by index each, not a join that reads every month
    cross join lateral (
        select * from events
        where
            id = touched.event_id
            and actor_key = touched.actor_key
            and "timestamp" = touched."timestamp"
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select * from events
    {% endif %}
),

last_resolved as (
    select distinct on (touched_errors.id)
        touched_errors.*,
        errors_resolved.error_id is not null as resolved,
        errors_resolved."timestamp" as resolved_at,
        errors_resolved.user_id as resolved_by,
        errors_resolved.user_ref as resolved_by_ref
    from touched_errors
    left join errors_resolved on touched_errors.id = errors_resolved.error_id
    order by
        touched_errors.id asc,
        errors_resolved."timestamp" desc,
        errors_resolved.event_ref collate "C" desc
),

errors as (
    select
        -- keys
        id,
        event_ref,
        actor_key,
        user_id,
        user_ref,
        session_id,
        session_ref,

        -- error
        event_data ->> 'errorType' as error_type,
        event_data ->> 'errorMessage' as error_message,
        event_data ->> 'errorStack' as error_stack,

        -- context
        url,
        user_agent,
        browser,
        platform,
        "timestamp",
        date,

        -- classification
        coalesce(event_data ->> 'severity', 'medium') as severity,
        event_data ->> 'category' as category,

        -- resolution
        resolved,
        resolved_at,
        resolved_by,
        resolved_by_ref
    from last_resolved
)

select * from errors
