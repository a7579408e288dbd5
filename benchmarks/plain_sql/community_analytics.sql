-- The least that marts.community_analytics takes: events of each day, and who joined
-- and left on it.

create table plain.community_analytics as

with

events as (
    select
        event_data ->> 'communityId' as community_ref,
        date,
        event_name,
        user_id,
        "timestamp",
        event_ref
    from plain.events
    where
        status = 'processed'
        and event_name in (
            'post_created', 'post_view', 'post_like', 'post_share', 'post_comment',
            'community_join', 'community_leave', 'community_post'
        )
        and event_data ->> 'communityId' is not null
),

actions as (
    select
        community_ref,
        date,
        user_id,
        event_name = 'community_join' as is_join,
        coalesce(lag(event_name = 'community_join') over by_time, false) as was_member
    from events
    where
        event_name in ('community_join', 'community_leave')
        and user_id is not null
    window by_time as (
        partition by user_id, community_ref
        order by "timestamp", event_ref collate "C"
    )
),

changes as (
    select
        community_ref,
        date,
        count(distinct user_id) filter (where is_join and not was_member)
            as new_members,
        count(distinct user_id) filter (where was_member and not is_join)
            as members_left,
        count(*) filter (where is_join and not was_member)
        - count(*) filter (where was_member and not is_join) as members_gained
    from actions
    group by 1, 2
),

days as (
    select
        community_ref,
        date,
        count(*) filter (where event_name in ('post_created', 'community_post'))
            as posts_count,
        count(*) filter (where event_name = 'post_comment') as comments_count,
        count(*) as total_interactions,
        count(distinct user_id) filter (where event_name <> 'community_leave')
            as active_members
    from events
    group by 1, 2
),

summed as (
    select
        days.community_ref,
        days.date,
        days.posts_count,
        days.comments_count,
        days.total_interactions,
        days.active_members,
        coalesce(changes.new_members, 0) as new_members,
        coalesce(changes.members_left, 0) as members_left,
        coalesce(changes.members_gained, 0) as members_gained,
        (sum(coalesce(changes.members_gained, 0)) over by_date)::numeric
            as members_count
    from days
    left join changes
        on days.community_ref = changes.community_ref and days.date = changes.date
    window by_date as (partition by days.community_ref order by days.date)
),

compared as (
    select
        *,
        md5('community:' || community_ref)::uuid as community_id,
        members_count - members_gained as members_before
    from summed
)

select
    md5('community_day:' || community_id || ':' || date)::uuid as id,
    community_id,
    community_ref,
    date,
    members_before::integer as members_before,
    members_count::integer as members_count,
    new_members::integer as new_members,
    members_left::integer as members_left,
    active_members::integer as active_members,
    posts_count::integer as posts_count,
    comments_count::integer as comments_count,
    total_interactions::integer as total_interactions,
    (posts_count / nullif(members_count, 0))::numeric(14, 4) as avg_posts_per_member,
    (active_members / nullif(members_count, 0))::numeric(14, 4) as engagement_rate,
    ((members_before - members_left) / nullif(members_before, 0))::numeric(14, 4)
        as retention_rate,
    (members_gained / nullif(members_before, 0))::numeric(14, 4) as growth_rate,
    (members_left / nullif(members_before, 0))::numeric(14, 4) as churn_rate
from compared
