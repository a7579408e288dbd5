{{ config(
    incremental_strategy='replace_touched',
    touched='int_funnel_stretches_touched',
    touched_on=(
        'target.user_id = touched.user_id'
        ~ ' and target.date between touched.from_date and touched.to_date'
    ),
    newest_alone=true,
    indexes=[{'columns': ['user_id', 'date']}],
) }}

-- An attempt is followed by what begins it alone. Of all attempts that have come to an
-- event, the one that began latest has the most time left and has nothing to envy the
-- others for, so a running maximum of starts is all that has to be known: one sort and
-- one pass a step, whatever the window and however many attempts there are.

with

events as not materialized (
    select * from {{ ref('events') }}
    where
        status = 'processed'
        and user_id is not null
),

funnels as (
    select * from {{ ref('funnels') }}
),

touched as (
    select * from {{ ref('int_funnel_stretches_touched') }}
    where build_id = {{ build_to_follow(ref('int_funnel_stretches_touched')) }}
),

touched_events as (
    {% if is_incremental() %}
    select
        found.*,
        touched.from_at as stretch_from_at,
        touched.from_date
    from touched
    -- offset 0: a look-up by index each, not a join that reads every month
    cross join lateral (
        select * from events
        where
            actor_key = touched.user_id
            and "timestamp" >= touched.from_at
            and "timestamp" < touched.before_at
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select
        *,
        null::timestamptz as stretch_from_at,
        date as from_date
    from events
    {% endif %}
),

step_events as (
    select
        funnels.funnel,
        funnels.step,
        touched_events.user_id,
        touched_events.date,
        touched_events.from_date,
        touched_events."timestamp",
        touched_events.event_ref,
        touched_events.stretch_from_at,
        case when funnels.step = 1 then touched_events."timestamp" end as started_at
    from touched_events
    inner join funnels on touched_events.event_name = funnels.event_name
),

followed as (
    {{ attempts_followed() }}
),

-- what comes before the stretch was read for its starts alone
passed as (
    select
        funnel,
        user_id,
        date,
        max(step) as step_reached
    from followed
    where
        "timestamp" - started_at <= {{ funnel_window() }}
        and date >= from_date
    group by
        funnel,
        user_id,
        date
),

definitions as (
    select
        funnel,
        {{ funnel_definition() }} as definition
    from funnels
    group by funnel
),

days as (
    select
        passed.funnel,
        passed.user_id,
        passed.date,
        passed.step_reached,
        definitions.definition
    from passed
    inner join definitions on passed.funnel = definitions.funnel
)

select * from days
