{{ config(meta={'dagster': {'ref': {'name': 'attribution'}}}) }}

-- Every user has one registration source, or none, which is a row as well.

with

attribution as (
    select * from {{ ref('attribution') }}
),

users as (
    select * from {{ ref('users') }}
),

users_attributed as (
    select coalesce(sum(users), 0) as users
    from attribution
),

users_counted as (
    select count(*) as users
    from users
)

select
    users_attributed.users as attributed,
    users_counted.users as counted
from users_attributed
cross join users_counted
where users_attributed.users <> users_counted.users
