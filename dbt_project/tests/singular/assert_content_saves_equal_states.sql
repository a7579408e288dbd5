{{ config(meta={'dagster': {'ref': {'name': 'content_analytics'}}}) }}

-- The ledger of saves is made from the news of the states and never read against them
-- whole: post by post, its sum must be the users who save the post.

with

states as (
    select * from {{ ref('int_states_current') }}
    where
        relation = 'save'
        and is_on
),

saved as (
    select * from {{ ref('content_analytics') }}
    where saves_count <> 0
),

saves_counted as (
    select
        object_id,
        count(*) as saves
    from states
    group by object_id
)

select
    saved.id,
    saved.saves_count,
    saves_counted.saves
from saved
full outer join saves_counted
    on
        saved.content_id = saves_counted.object_id
        and saved.content_type = 'post'
where saved.saves_count is distinct from saves_counted.saves
