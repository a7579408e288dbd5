{{ config(indexes=[{'columns': ['build_id']}]) }}

-- Reads `community_analytics` as the build before left it: members are summed up from
-- its last row before the news, not from a community's first date.

with

days_changed as (
    select * from {{ ref('int_community_days') }}
    where build_id > {{ built_through('community_analytics') }}
),

memberships_changed as (
    select * from {{ ref('int_memberships_daily') }}
    where build_id > {{ built_through('community_analytics') }}
),
{% if follows_builds_of('community_analytics', 'marts') %}
community_days as not materialized (
    select * from {{ ref('int_community_days') }}
),

analytics_before as not materialized (
    select * from {{ as_last_built('community_analytics', 'marts') }}
),

news as (
    select
        community_id,
        date,
        null::date as members_moved_on
    from days_changed
    union all
    select
        community_id,
        date,
        date as members_moved_on
    from memberships_changed
),

days_with_news as (
    select distinct
        community_id,
        date,
        min(members_moved_on) over (partition by community_id) as members_moved_from
    from news
),

members_moved as (
    select distinct
        community_id,
        members_moved_from as from_date
    from days_with_news
    where members_moved_from is not null
),

-- a change of members moves the sum of every later date; any other stays on its date
days as (
    select
        community_id,
        date,
        date as summed_from
    from days_with_news
    where date < coalesce(members_moved_from, 'infinity')
    union all
    select
        found.community_id,
        found.date,
        members_moved.from_date as summed_from
    from members_moved
    -- offset 0: a look-up by index each, not a join that reads every day
    cross join lateral (
        select * from community_days
        where
            community_id = members_moved.community_id
            and date >= members_moved.from_date
        offset 0  -- noqa: AM09
    ) as found
),

touched as (
    select
        days.*,
        coalesce(before.members_count, 0) as members_before
    from days
    left join lateral (
        select analytics_before.members_count
        from analytics_before
        where
            analytics_before.community_id = days.community_id
            and analytics_before.date < days.summed_from
        order by analytics_before.date desc
        limit 1
    ) as before on true
),
{% else %}
touched as (
    select
        days_changed.community_id,
        days_changed.date,
        days_changed.date as summed_from,
        0 as members_before
    from days_changed
    where false
),
{% endif %}
stamped as (
    select
        {{ community_day_uuid('community_id', 'date') }} as community_day_id,
        community_id,
        date,
        summed_from,
        members_before,
        {{ build_id() }}::bigint as build_id
    from touched
)

select * from stamped
