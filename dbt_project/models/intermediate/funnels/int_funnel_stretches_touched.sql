{{ config(indexes=[{'columns': ['build_id']}]) }}

-- An event decides about attempts that pass a step within a window after it, and those
-- began within a window before that. News of a user less than three windows apart makes
-- one stretch, so that no day lies in two.

with

changed as (
    select * from {{ ref('int_events_changed') }}
    where
        build_id > {{ built_through('int_funnel_days_reached') }}
        and user_id is not null
),

funnels as (
    select * from {{ ref('funnels') }}
),

news as (
    select
        user_id,
        "timestamp",
        coalesce(
            "timestamp" - lag("timestamp") over by_time > 3 * {{ funnel_window() }},
            true
        ) as starts_stretch
    from changed
    where event_name in (select funnels.event_name from funnels)
    window by_time as (partition by user_id order by "timestamp")
),

stretches_numbered as (
    select
        user_id,
        "timestamp",
        count(*) filter (where starts_stretch) over (
            partition by user_id order by "timestamp"
        ) as stretch_number
    from news
),

stretches as (
    select
        user_id,
        min("timestamp") as first_at,
        max("timestamp") + {{ funnel_window() }} as last_at
    from stretches_numbered
    group by
        user_id,
        stretch_number
),

dates as (
    select
        user_id,
        {{ reporting_date('first_at') }} as from_date,
        {{ reporting_date('last_at') }} as to_date
    from stretches
),

touched as (
    select
        user_id,
        from_date,
        to_date,
        {{ day_start('from_date') }} - {{ funnel_window() }} as from_at,
        {{ day_start('to_date + 1') }} as before_at,
        {{ build_id() }}::bigint as build_id
    from dates
    -- a full refresh follows every attempt anew, so none is touched
    where {{ is_incremental() | lower }}
)

select * from touched
