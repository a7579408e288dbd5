{{ config(indexes=[{'columns': ['build_id']}]) }}

with

changed as (
    select * from {{ ref('int_events_changed') }}
    where
        build_id > {{ built_through('user_interactions_daily') }}
        and user_id is not null
),

sessions_touched as (
    select * from {{ ref('int_sessions_touched') }}
    where build_id > {{ built_through('user_interactions_daily') }}
),

sessions_replaced as (
    select * from {{ ref('int_sessions_replaced') }}
    where build_id > {{ built_through('user_interactions_daily') }}
),

user_sessions as not materialized (
    select * from {{ ref('user_sessions') }}
),

days as (
    select
        user_id,
        {{ reporting_date('"timestamp"') }} as date
    from changed
    union
    select
        user_id,
        {{ reporting_date('started_at') }} as date
    from sessions_replaced
    where user_id is not null
    union
    select
        user_sessions.user_id,
        {{ reporting_date('user_sessions.started_at') }} as date
    from sessions_touched
    inner join user_sessions on sessions_touched.session_id = user_sessions.id
    where user_sessions.user_id is not null
    union
    select
        user_sessions.user_id,
        {{ reporting_date('user_sessions.started_at') }} as date
    from sessions_touched
    inner join user_sessions
        on
            sessions_touched.user_id = user_sessions.user_id
            and user_sessions.started_at
            between sessions_touched.from_at and sessions_touched.to_at
),

touched as (
    select
        {{ user_day_uuid('user_id', 'date') }} as user_day_id,
        user_id,
        date,
        {{ day_start('date') }} as from_at,
        {{ day_start('date + 1') }} as before_at,
        {{ build_id() }}::bigint as build_id
    from days
    -- a full refresh counts every day anew, so none is touched
    where {{ is_incremental() | lower }}
)

select * from touched
