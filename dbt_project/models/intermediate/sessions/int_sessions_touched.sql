{{ config(indexes=[{'columns': ['build_id']}]) }}

-- Reads `user_sessions` as the build before left it: a session reaches as far as its
-- old row and its news together, and only those events are read again.

with

changed as (
    select * from {{ ref('int_events_changed') }}
    where build_id > {{ built_through('user_sessions') }}
),
{% if follows_builds_of('user_sessions', 'marts') %}
sessions_before as not materialized (
    select * from {{ as_last_built('user_sessions', 'marts') }}
),

with_session as (
    select
        session_id,
        min("timestamp") as from_at,
        max("timestamp") as to_at
    from changed
    where session_id is not null
    group by session_id
),

without_session as (
    select
        user_id,
        min("timestamp") as from_at,
        max("timestamp") as to_at
    from changed
    where
        session_id is null
        and user_id is not null
    group by user_id
),

named_sessions as (
    select
        with_session.session_id,
        null::uuid as user_id,
        least(with_session.from_at, sessions_before.started_at) as from_at,
        greatest(with_session.to_at, sessions_before.ended_at) as to_at
    from with_session
    left join sessions_before on with_session.session_id = sessions_before.id
),

-- every session by inactivity that the news may join or split lies in this stretch
inactivity_stretches as (
    select
        null::uuid as session_id,
        without_session.user_id,
        least(without_session.from_at, min(sessions_before.started_at)) as from_at,
        greatest(without_session.to_at, max(sessions_before.ended_at)) as to_at
    from without_session
    left join sessions_before
        on
            without_session.user_id = sessions_before.user_id
            and sessions_before.is_inferred
            and sessions_before.started_at
            <= without_session.to_at + {{ session_gap() }}
            and sessions_before.ended_at
            >= without_session.from_at - {{ session_gap() }}
    group by
        without_session.user_id,
        without_session.from_at,
        without_session.to_at
),

touched as (
    select * from named_sessions
    union all
    select * from inactivity_stretches
),
{% else %}
touched as (
    select
        session_id,
        user_id,
        "timestamp" as from_at,
        "timestamp" as to_at
    from changed
    where false
),
{% endif %}
stamped as (
    select
        session_id,
        user_id,
        from_at,
        to_at,
        {{ build_id() }}::bigint as build_id
    from touched
)

select * from stamped
