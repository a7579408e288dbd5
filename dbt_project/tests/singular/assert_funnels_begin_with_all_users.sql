{{ config(meta={'dagster': {'ref': {'name': 'funnel_steps'}}}) }}

-- Whoever has an event of a funnel's first step has begun it, which another model knows
-- as well; and steps are counted without gaps.

with

funnel_steps as (
    select * from {{ ref('funnel_steps') }}
),

first_events as (
    select * from {{ ref('int_first_events_found') }}
    where first_at is not null
),

users_counted as (
    select
        event_name,
        count(*) as users
    from first_events
    group by event_name
),

steps as (
    select
        funnel,
        step,
        event_name,
        users,
        row_number() over (partition by funnel order by step) as expected_step
    from funnel_steps
)

select
    steps.funnel,
    steps.step,
    steps.users,
    users_counted.users as expected_users
from steps
left join users_counted on steps.event_name = users_counted.event_name
where
    steps.step <> steps.expected_step
    or (steps.step = 1 and steps.users <> coalesce(users_counted.users, 0))
