-- Who is active in a week was active in the one before or has just come, and who was
-- and is not is dormant: each week follows from the one before.

with

lifecycle as (
    select * from {{ ref('lifecycle_weekly') }}
),

expected as (
    select
        week,
        active_users,
        coalesce(lag(active_users) over (order by week), 0)
        - dormant_users + new_users + resurrected_users as expected_users
    from lifecycle
)

select
    week,
    active_users,
    expected_users
from expected
where active_users <> expected_users
