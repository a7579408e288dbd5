{{ config(meta={'dagster': {'ref': {'name': 'users'}}}) }}

-- A like has a giver and, where the post has an author, a receiver: what users received
-- is what was given to posts with an author, counted from the other side.

with

users as (
    select * from {{ ref('users') }}
),

states as (
    select * from {{ ref('int_states_current') }}
    where
        relation = 'like'
        and is_on
),

contents as (
    select * from {{ ref('int_contents_summarized') }}
    where
        content_type = 'post'
        and author_id is not null
),

totals as (
    select
        (select sum(users.total_likes_given) from users) as given,
        (select sum(users.total_likes_received) from users) as received,
        (select count(*) from states) as likes,
        (
            select count(*)
            from states
            inner join contents on states.object_id = contents.content_id
        ) as likes_of_authored
)

select *
from totals
where
    coalesce(given, 0) <> likes
    or coalesce(received, 0) <> likes_of_authored
