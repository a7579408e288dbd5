{{ config(
    indexes=[{'columns': ['funnel', 'step'], 'unique': true}],
) }}

-- Whoever has reached a step has reached those before it, so the users of a step are
-- summed up from the last step down, and each user is counted once: at the best of
-- their attempts, which int_funnel_days_reached follows.

with

funnels as (
    select * from {{ ref('funnels') }}
),

funnel_days_reached as (
    select * from {{ ref('int_funnel_days_reached') }}
),

best_attempts as (
    select
        funnel,
        user_id,
        max(step_reached) as step
    from funnel_days_reached
    group by
        funnel,
        user_id
),

users_counted as (
    select
        funnel,
        step,
        count(*) as users
    from best_attempts
    group by
        funnel,
        step
),

summed_up as (
    select
        funnels.funnel,
        funnels.step,
        funnels.event_name,
        coalesce(sum(users_counted.users) over (
            partition by funnels.funnel order by funnels.step desc
        ), 0)::bigint as users
    from funnels
    left join users_counted
        on
            funnels.funnel = users_counted.funnel
            and funnels.step = users_counted.step
),

compared as (
    select
        *,
        lag(users) over by_step as users_before,
        first_value(users) over by_step as users_at_first
    from summed_up
    window by_step as (partition by funnel order by step)
),

steps as (
    select
        funnel,
        step,
        event_name,
        users,
        (users::numeric / nullif(users_before, 0))::numeric(5, 4)
            as conversion_from_previous,
        (users::numeric / nullif(users_at_first, 0))::numeric(5, 4)
            as conversion_from_first
    from compared
)

select * from steps
