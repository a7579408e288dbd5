{{ config(
    materialized='materialized_view',
    indexes=[{'columns': ['place'], 'unique': true}],
    post_hook="{{ record_refresh() }}",
) }}

-- Counted here, as counting the people of all places would be most of what an analyst
-- waits for. Each person once first: a distinct count would sort sessions.

with

user_sessions as (
    select * from {{ ref('user_sessions') }}
),

people as (
    select distinct
        country,
        region,
        city,
        coalesce(user_id, id) as person
    from user_sessions
),

-- as arrays, since two of them are equal where both lack a part
people_placed as (
    select distinct
        array[country] as place,
        person
    from people
    union all
    select distinct
        array[country, region] as place,
        person
    from people
    union all
    select distinct
        array[country, region, city] as place,
        person
    from people
),

places as (
    select
        place,
        count(*) as people
    from people_placed
    group by place
)

select * from places
