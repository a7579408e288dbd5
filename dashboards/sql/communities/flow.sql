with

as_of as (
    select max(date) as as_of_date
    from metrics.active_users_daily
),

communities as (
    select
        date_trunc('week', date)::date as week,
        new_members,
        members_left,
        posts_count,
        comments_count,
        total_interactions
    from marts.community_analytics
)

select
    communities.week,
    sum(communities.new_members) as joined,
    sum(communities.members_left) as went,
    sum(communities.posts_count) as posts,
    sum(communities.comments_count) as comments,
    sum(communities.total_interactions) as interactions
from communities
cross join as_of
where
    communities.week + 7 <= as_of.as_of_date
    and communities.week >= as_of.as_of_date - 365
group by communities.week
order by communities.week
