{{ config(
    incremental_strategy='delete+insert',
    unique_key=['user_id', 'community_id', 'date'],
    indexes=[
        {'columns': ['user_id', 'community_id', 'date'], 'unique': true},
        {'columns': ['community_id', 'date', 'user_id']},
        {'columns': ['build_id']},
    ],
) }}

with

membership_events as not materialized (
    select * from {{ ref('int_community_events') }}
    where
        event_name in ('community_join', 'community_leave')
        and user_id is not null
),

-- what a user did on the dates before the news cannot change by it
touched as (
    select
        user_id,
        community_id,
        min(date) as from_date
    from membership_events
    where build_id > {{ built_through(this.name) }}
    group by
        user_id,
        community_id
),

touched_events as (
    {% if is_incremental() %}
    select
        found.*,
        coalesce(before.is_member, false) as was_member_before
    from touched
    left join lateral (
        select known.is_member
        from {{ this }} as known
        where
            known.user_id = touched.user_id
            and known.community_id = touched.community_id
            and known.date < touched.from_date
        order by known.date desc
        limit 1
    ) as before on true
    -- offset 0: a look-up by index each, not a join that reads every pair
    cross join lateral (
        select * from membership_events
        where
            user_id = touched.user_id
            and community_id = touched.community_id
            and date >= touched.from_date
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select
        *,
        false as was_member_before
    from membership_events
    {% endif %}
),

-- a suppressed action switches nothing, so those stand in an order of their own
actions as (
    select
        user_id,
        community_id,
        date,
        was_member_before,
        is_processed,
        event_name = 'community_join' as is_join,
        coalesce(
            lag(event_name = 'community_join') over by_time, was_member_before
        ) as was_member
    from touched_events
    window by_time as (
        partition by user_id, community_id, is_processed
        order by "timestamp", event_ref collate "C"
    )
),

changes as (
    select
        user_id,
        community_id,
        date,
        was_member_before,
        is_processed and is_join and not was_member as is_joining,
        is_processed and was_member and not is_join as is_leaving
    from actions
),

-- a date of which every action is suppressed keeps its row, so that readers of the news
-- see the change
days as (
    select
        user_id,
        community_id,
        date,
        bool_or(was_member_before) as was_member_before,
        bool_or(is_joining) as has_joined,
        bool_or(is_leaving) as has_left,
        count(*) filter (where is_joining)
        - count(*) filter (where is_leaving) as members_gained
    from changes
    group by
        user_id,
        community_id,
        date
),

memberships as (
    select
        user_id,
        community_id,
        date,
        has_joined,
        has_left,
        members_gained,
        was_member_before::integer + sum(members_gained) over by_date = 1 as is_member,
        {{ build_id() }}::bigint as build_id
    from days
    window by_date as (partition by user_id, community_id order by date)
),

-- a day that is as it was is no news
memberships_changed as (
    select memberships.*
    from memberships
    {% if is_incremental() %}
    left join {{ this }} as known
        on
            memberships.user_id = known.user_id
            and memberships.community_id = known.community_id
            and memberships.date = known.date
    where
        (
            memberships.has_joined,
            memberships.has_left,
            memberships.members_gained,
            memberships.is_member
        ) is distinct from (
            known.has_joined,
            known.has_left,
            known.members_gained,
            known.is_member
        )
    {% endif %}
)

select * from memberships_changed
