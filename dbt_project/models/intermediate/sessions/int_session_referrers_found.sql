{{ config(
    incremental_strategy='replace_touched',
    touched='int_sessions_replaced',
    touched_on='target.session_id = touched.session_id',
    indexes=[{'columns': ['session_id'], 'unique': true}],
) }}

-- the strategy deletes by this log, which the query has no need to read
-- depends_on: {{ ref('int_sessions_replaced') }}

with

events as not materialized (
    select * from {{ ref('events') }}
    where
        status = 'processed'
        and referrer is not null
),

user_sessions as not materialized (
    select * from {{ ref('user_sessions') }}
),

touched as (
    select * from {{ ref('int_sessions_touched') }}
    where build_id > {{ built_through(this.name) }}
),
{% if is_incremental() %}
-- as they are now, which the model of the sessions has made them
touched_sessions as (
    select
        user_sessions.id,
        user_sessions.user_id,
        user_sessions.is_inferred,
        user_sessions.started_at,
        user_sessions.ended_at
    from touched
    inner join user_sessions on touched.session_id = user_sessions.id
    union
    select
        user_sessions.id,
        user_sessions.user_id,
        user_sessions.is_inferred,
        user_sessions.started_at,
        user_sessions.ended_at
    from touched
    inner join user_sessions
        on
            touched.user_id = user_sessions.user_id
            and user_sessions.is_inferred
            and user_sessions.started_at between touched.from_at and touched.to_at
),

session_events as (
    select
        touched_sessions.id as session_id,
        found.event_ref,
        found."timestamp",
        found.referrer
    from touched_sessions
    -- offset 0: a look-up by index each, not a join that reads every month
    cross join lateral (
        select * from events
        where
            session_id = touched_sessions.id
            and "timestamp"
            between touched_sessions.started_at and touched_sessions.ended_at
        offset 0  -- noqa: AM09
    ) as found
    where not touched_sessions.is_inferred
    union all
    select
        touched_sessions.id as session_id,
        found.event_ref,
        found."timestamp",
        found.referrer
    from touched_sessions
    cross join lateral (
        select * from events
        where
            actor_key = touched_sessions.user_id
            and session_id is null
            and "timestamp"
            between touched_sessions.started_at and touched_sessions.ended_at
        offset 0  -- noqa: AM09
    ) as found
    where touched_sessions.is_inferred
),
{% else %}
events_without_session as (
    select * from events
    where
        session_id is null
        and user_id is not null
),

session_events as (
    select
        session_id,
        event_ref,
        "timestamp",
        referrer
    from events
    where session_id is not null
    union all
    select
        inferred.id as session_id,
        visits.event_ref,
        visits."timestamp",
        visits.referrer
    from events_without_session as visits
    -- the last one that began: they are further apart than any gap within
    cross join lateral (
        select user_sessions.id
        from user_sessions
        where
            user_sessions.user_id = visits.actor_key
            and user_sessions.is_inferred
            and user_sessions.started_at <= visits."timestamp"
        order by user_sessions.started_at desc
        limit 1
    ) as inferred
),
{% endif %}
first_referrers as (
    select
        session_id,
        {{ earliest('referrer') }} as referrer
    from session_events
    group by session_id
),

hosts as (
    select
        session_id,
        {{ referrer_host('referrer') }} as referrer_host
    from first_referrers
),

named_hosts as (
    select * from hosts
    where referrer_host is not null
)

select * from named_hosts
