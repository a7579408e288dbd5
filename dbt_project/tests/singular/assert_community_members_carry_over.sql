-- Members do not change between two rows of a community, since what changes them is an
-- event that makes a row: what was before is the count of the row before. A row that a
-- late membership should have moved and did not breaks the chain.

with

analytics as (
    select * from {{ ref('community_analytics') }}
),

chained as (
    select
        community_ref,
        date,
        members_before,
        lag(members_count, 1, 0) over by_date as members_count_before
    from analytics
    window by_date as (partition by community_id order by date)
)

select *
from chained
where members_before <> members_count_before
