{{ config(meta={'dagster': {'ref': {'name': 'conversion_credits'}}}) }}

-- Each model gives 1 away for each conversion, exactly: users with an event of the
-- conversion's name.

with

conversions as (
    select * from {{ ref('conversions') }}
),

first_events as (
    select * from {{ ref('int_first_events_found') }}
    where first_at is not null
),

credits as (
    select * from {{ ref('conversion_credits') }}
),

conversions_counted as (
    select
        conversions.conversion,
        count(first_events.user_id) as users
    from conversions
    left join first_events on conversions.event_name = first_events.event_name
    group by conversions.conversion
),

credits_summed as (
    select
        conversion,
        sum(first_touch) as first_touch,
        sum(last_touch) as last_touch,
        sum(linear) as linear,
        sum(position_based) as position_based
    from credits
    group by conversion
)

select
    conversions_counted.conversion,
    conversions_counted.users,
    credits_summed.first_touch,
    credits_summed.last_touch,
    credits_summed.linear,
    credits_summed.position_based
from conversions_counted
full outer join credits_summed
    on conversions_counted.conversion = credits_summed.conversion
where
    conversions_counted.users is null
    or conversions_counted.users <> coalesce(credits_summed.first_touch, 0)
    or conversions_counted.users <> coalesce(credits_summed.last_touch, 0)
    or conversions_counted.users <> coalesce(credits_summed.linear, 0)
    or conversions_counted.users <> coalesce(credits_summed.position_based, 0)
