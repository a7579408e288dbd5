with

largest as (
    select community_id
    from marts.community_analytics
    group by community_id
    order by
        max(members_count) desc,
        community_id asc
    limit 8
),

as_of as (
    select max(date) as as_of_date
    from metrics.active_users_daily
)

select
    communities.date,
    communities.community_ref as community,
    communities.members_count as members,
    communities.active_members,
    communities.posts_count as posts,
    communities.comments_count as comments
from marts.community_analytics as communities
inner join largest on communities.community_id = largest.community_id
cross join as_of
where
    communities.date < as_of.as_of_date
    and communities.date >= as_of.as_of_date - 365
order by
    communities.date,
    communities.community_ref
