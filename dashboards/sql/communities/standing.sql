with

latest as (
    select distinct on (community_id)
        community_id,
        community_ref,
        members_count
    from marts.community_analytics
    order by
        community_id asc,
        date desc
),

as_of as (
    select max(date) as as_of_date
    from metrics.active_users_daily
),

month as (
    select
        communities.community_id,
        (array_agg(communities.members_before order by communities.date))[1]
            as members_before,
        sum(communities.new_members) as joined,
        sum(communities.members_left) as went,
        sum(communities.posts_count) as posts,
        sum(communities.comments_count) as comments
    from marts.community_analytics as communities
    cross join as_of
    where
        communities.date >= as_of.as_of_date - 28
        and communities.date < as_of.as_of_date
    group by communities.community_id
)

select
    latest.community_ref as community,
    latest.members_count as members,
    coalesce(month.joined, 0) as joined,
    coalesce(month.went, 0) as went,
    round(
        month.went::numeric / nullif(month.members_before + month.joined, 0), 4
    ) as churn,
    coalesce(month.posts, 0) as posts,
    coalesce(month.comments, 0) as comments
from latest
left join month on latest.community_id = month.community_id
order by
    latest.members_count desc,
    latest.community_ref asc
limit 100
