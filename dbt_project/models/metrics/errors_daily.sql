{{ config(
    indexes=[
        {'columns': ['id'], 'unique': true},
        {'columns': ['date']},
    ],
) }}

-- A category may be missing and may be a text longer than an index takes, so a row is
-- told apart by a key made of date, severity and category.

with

error_logs as (
    select * from {{ ref('error_logs') }}
),

actor_days as (
    select * from {{ ref('int_actor_days_counted') }}
),

errors_counted as (
    select
        date,
        category,
        severity,
        count(*) as errors,
        count(distinct user_id) as users_affected
    from error_logs
    group by
        date,
        category,
        severity
),

events_counted as (
    select
        date,
        sum(events_count) as events
    from actor_days
    group by date
),

errors as (
    select
        md5(
            'errors_day:' || errors_counted.date || ':' || errors_counted.severity
            || coalesce(':' || errors_counted.category, '')
        )::uuid as id,
        errors_counted.date,
        errors_counted.category,
        errors_counted.severity,
        errors_counted.errors,
        errors_counted.users_affected,
        (1000 * errors_counted.errors / events_counted.events)::numeric(8, 4)
            as errors_per_1k_events
    from errors_counted
    inner join events_counted on errors_counted.date = events_counted.date
)

select * from errors
