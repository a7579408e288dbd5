{{ config(
    indexes=[
        {'columns': ['content_id', 'actor_key']},
        {'columns': ['content_id', 'date']},
        {'columns': ['build_id']},
    ],
) }}

with

content_events as not materialized (
    select * from {{ ref('int_content_events') }}
    where viewer_key is not null
),

states as (
    select * from {{ ref('int_states_current') }}
    where
        build_id > {{ built_through(this.name) }}
        and relation in ('like', 'save')
),

state_changes as (
    select * from {{ ref('int_state_changes') }}
),

views_in_news as (
    select
        content_type,
        content_id,
        viewer_key,
        bool_or(is_processed) as is_on,
        min(date) as date
    from content_events
    where build_id > {{ built_through(this.name) }}
    group by
        content_type,
        content_id,
        viewer_key
),

views_judged as (
    select
        views_in_news.content_type,
        views_in_news.content_id,
        views_in_news.viewer_key as actor_key,
        'view' as relation,
        views_in_news.is_on or known.is_on is not null as is_on,
        views_in_news.date
    from views_in_news
    -- one other view is enough: no reading of all that somebody ever viewed
    left join lateral (
        select true as is_on
        from content_events
        where
            content_events.content_id = views_in_news.content_id
            and content_events.viewer_key = views_in_news.viewer_key
            and content_events.content_type = views_in_news.content_type
            and content_events.is_processed
        limit 1  -- noqa: AM09
    ) as known on not views_in_news.is_on
),

states_judged as (
    select
        'post' as content_type,
        states.object_id as content_id,
        states.user_id as actor_key,
        states.relation,
        states.is_on,
        {{ reporting_date('last_change."timestamp"') }} as date
    from states
    cross join lateral (
        select max(state_changes."timestamp") as "timestamp"
        from state_changes
        where
            state_changes.relation = states.relation
            and state_changes.user_id = states.user_id
            and state_changes.object_id = states.object_id
    ) as last_change
),

judged as (
    select * from views_judged
    union all
    select * from states_judged
),

-- 1 where the ledger says that the relation holds, else 0
balanced as (
    {% if is_incremental() %}
    select
        judged.*,
        entered.balance
    from judged
    cross join lateral (
        select coalesce(sum(entries.change), 0)::integer as balance
        from {{ this }} as entries
        where
            entries.content_id = judged.content_id
            and entries.actor_key = judged.actor_key
            and entries.content_type = judged.content_type
            and entries.relation = judged.relation
    ) as entered
    {% else %}
    select
        *,
        0 as balance
    from judged
    {% endif %}
),

-- who views again, or likes what they like, switches nothing
switched as (
    select
        content_type,
        content_id,
        actor_key,
        relation,
        is_on::integer - balance as change,
        date,
        {{ build_id() }}::bigint as build_id
    from balanced
    where is_on::integer <> balance
)

select * from switched
