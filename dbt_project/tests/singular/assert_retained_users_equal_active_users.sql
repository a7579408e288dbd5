{{ config(meta={'dagster': {'ref': {'name': 'retention_weekly'}}}) }}

-- Whoever is active in a week is retained by the one cohort they are of: over all
-- cohorts, the retained users of a week are its active users.

with

retention as (
    select * from {{ ref('retention_weekly') }}
),

lifecycle as (
    select * from {{ ref('lifecycle_weekly') }}
),

retained as (
    select
        cohort_week + 7 * weeks_since as week,
        sum(retained_users) as retained_users,
        sum(retained_users) filter (where weeks_since = 0) as new_users
    from retention
    group by cohort_week + 7 * weeks_since
)

select
    lifecycle.week,
    lifecycle.active_users,
    retained.retained_users,
    lifecycle.new_users
from lifecycle
full outer join retained on lifecycle.week = retained.week
where
    coalesce(lifecycle.active_users, 0) <> coalesce(retained.retained_users, 0)
    or coalesce(lifecycle.new_users, 0) <> coalesce(retained.new_users, 0)
