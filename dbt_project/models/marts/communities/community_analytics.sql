{{ config(
    touched='int_community_days_touched',
    touched_on='target.id = touched.community_day_id',
    newest_alone=true,
    indexes=[
        {'columns': ['community_id', 'date'], 'unique': true},
        {'columns': ['date']},
    ],
) }}

with

community_days as not materialized (
    select * from {{ ref('int_community_days') }}
),

touched as (
    select * from {{ ref('int_community_days_touched') }}
    where build_id = {{ build_to_follow(ref('int_community_days_touched')) }}
),

touched_days as (
    {% if is_incremental() %}
    select
        found.*,
        touched.summed_from,
        touched.members_before as members_before_sum
    from touched
    -- offset 0: a look-up by index each, not a join that reads every day
    cross join lateral (
        select * from community_days
        where
            community_id = touched.community_id
            and date = touched.date
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select
        *,
        null::date as summed_from,
        0 as members_before_sum
    from community_days
    {% endif %}
),

members_summed as (
    select
        *,
        (members_before_sum + sum(members_gained) over by_date)::numeric
            as members_count
    from touched_days
    window by_date as (partition by community_id, summed_from order by date)
),

members_compared as (
    select
        *,
        members_count - members_gained as members_before
    from members_summed
    where total_interactions > 0
),

analytics as (
    select
        -- keys
        {{ community_day_uuid('community_id', 'date') }} as id,
        community_id,
        community_ref,
        date,

        -- members
        members_before::integer as members_before,
        members_count::integer as members_count,
        new_members,
        members_left,
        active_members,

        -- content
        posts_count,
        comments_count,
        total_interactions,

        -- rates
        (posts_count / nullif(members_count, 0))::numeric(14, 4)
            as avg_posts_per_member,
        (active_members / nullif(members_count, 0))::numeric(14, 4)
            as engagement_rate,
        ((members_before - members_left) / nullif(members_before, 0))::numeric(14, 4)
            as retention_rate,
        (members_gained / nullif(members_before, 0))::numeric(14, 4) as growth_rate,
        (members_left / nullif(members_before, 0))::numeric(14, 4) as churn_rate
    from members_compared
)

select * from analytics
