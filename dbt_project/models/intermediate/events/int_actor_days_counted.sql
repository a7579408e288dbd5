{{ config(
    incremental_strategy='delete+insert',
    unique_key=['actor_key', 'date', 'event_name'],
    indexes=[
        {'columns': ['actor_key', 'date', 'event_name'], 'unique': true},
    ],
) }}

with

changed as (
    select * from {{ ref('int_events_changed') }}
    where build_id > {{ built_through(this.name) }}
),

events as (
    select * from {{ ref('events') }}
    where status = 'processed'
),

touched as (
    select distinct
        actor_key,
        {{ reporting_date('"timestamp"') }} as date,
        event_name
    from changed
),

touched_days as (
    select distinct
        actor_key,
        {{ day_start('date') }} as from_at,
        {{ day_start('date + 1') }} as before_at
    from touched
),

touched_events as (
    {% if is_incremental() %}
    select found.*
    from touched_days
    -- offset 0: a look-up by index each, not a join that reads every month
    cross join lateral (
        select * from events
        where
            actor_key = touched_days.actor_key
            and "timestamp" >= touched_days.from_at
            and "timestamp" < touched_days.before_at
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select * from events
    {% endif %}
),

events_counted as (
    select
        actor_key,
        date,
        event_name,
        count(*) as events_count,
        bool_or(user_id is not null) as is_user,
        bool_or(user_id is not null or session_id is not null) as is_known
    from touched_events
    group by
        actor_key,
        date,
        event_name
),

-- where nothing is left, a row of zero replaces the one that was there
days as (
    {% if is_incremental() %}
    select
        touched.actor_key,
        touched.date,
        touched.event_name,
        coalesce(events_counted.events_count, 0) as events_count,
        coalesce(events_counted.is_user, false) as is_user,
        coalesce(events_counted.is_known, false) as is_known
    from touched
    left join events_counted
        on
            touched.actor_key = events_counted.actor_key
            and touched.date = events_counted.date
            and touched.event_name = events_counted.event_name
    {% else %}
    select * from events_counted
    {% endif %}
),

stamped as (
    select
        actor_key,
        date,
        event_name,
        events_count,
        is_user,
        is_known,
        {{ build_id() }}::bigint as build_id
    from days
)

select * from stamped
