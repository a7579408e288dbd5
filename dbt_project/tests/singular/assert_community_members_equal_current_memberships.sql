{{ config(meta={'dagster': {'ref': {'name': 'community_analytics'}}}) }}

-- Members at the end of a community's last row are its members now: the sum of what its
-- days gained is the number of pairs whose last action, judged without any day, is on.

with

analytics as (
    select * from {{ ref('community_analytics') }}
),

states as (
    select * from {{ ref('int_states_current') }}
    where
        relation = 'membership'
        and is_on
),

last_rows as (
    select distinct on (community_id)
        community_id,
        members_count
    from analytics
    order by community_id asc, date desc
),

members_now as (
    select
        object_id as community_id,
        count(*) as members_count
    from states
    group by object_id
)

select
    coalesce(last_rows.community_id, members_now.community_id) as community_id,
    last_rows.members_count,
    members_now.members_count as members_now
from last_rows
full outer join members_now on last_rows.community_id = members_now.community_id
where coalesce(last_rows.members_count, 0) <> coalesce(members_now.members_count, 0)
