{{ config(
    incremental_strategy='delete+insert',
    unique_key=['community_id', 'date'],
    indexes=[
        {'columns': ['community_id', 'date'], 'unique': true},
        {'columns': ['build_id']},
    ],
) }}

with

community_events as not materialized (
    select * from {{ ref('int_community_events') }}
),

memberships as not materialized (
    select * from {{ ref('int_memberships_daily') }}
),

-- a late action may change what another one on a later date was
touched as (
    select
        community_id,
        date
    from community_events
    where build_id > {{ built_through(this.name) }}
    union
    select
        community_id,
        date
    from memberships
    where build_id > {{ built_through(this.name) }}
),

touched_events as (
    {% if is_incremental() %}
    select found.*
    from touched
    -- offset 0: a look-up by index each, not a join that reads every day
    cross join lateral (
        select * from community_events
        where
            community_id = touched.community_id
            and date = touched.date
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select * from community_events
    {% endif %}
),

touched_memberships as (
    {% if is_incremental() %}
    select found.*
    from touched
    cross join lateral (
        select * from memberships
        where
            community_id = touched.community_id
            and date = touched.date
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select * from memberships
    {% endif %}
),

-- in one pile, as a join of two counts is taken for small and made row by row
occurrences as (
    select
        community_id,
        date,
        community_ref,
        user_id,
        event_name,
        is_processed,
        false as has_joined,
        false as has_left,
        0 as members_gained
    from touched_events
    union all
    select
        community_id,
        date,
        null as community_ref,
        user_id,
        null as event_name,
        false as is_processed,
        has_joined,
        has_left,
        members_gained
    from touched_memberships
),

-- a day of which every event is suppressed keeps its row, with nothing counted
days as (
    select
        community_id,
        min(community_ref collate "C") filter (where is_processed) as community_ref,
        date,
        (count(*) filter (where has_joined))::integer as new_members,
        (count(*) filter (where has_left))::integer as members_left,
        sum(members_gained)::integer as members_gained,
        (count(distinct user_id) filter (
            where is_processed and event_name <> 'community_leave'
        ))::integer as active_members,
        (count(*) filter (
            where is_processed and event_name in ('post_created', 'community_post')
        ))::integer as posts_count,
        (count(*) filter (
            where is_processed and event_name = 'post_comment'
        ))::integer as comments_count,
        (count(*) filter (where is_processed))::integer as total_interactions,
        {{ build_id() }}::bigint as build_id
    from occurrences
    group by
        community_id,
        date
)

select * from days
