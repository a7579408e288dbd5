{{ config(indexes=[{'columns': ['build_id']}]) }}

-- Reads `user_sessions` as the build before left it: the rows about to be replaced, for
-- the delete there and for the days that they counted on.

with

touched as (
    select * from {{ ref('int_sessions_touched') }}
    where build_id = {{ build_id() }}
),
{% if follows_builds_of('user_sessions', 'marts') %}
sessions_before as not materialized (
    select * from {{ as_last_built('user_sessions', 'marts') }}
),

replaced as (
    select
        sessions_before.id as session_id,
        sessions_before.user_id,
        sessions_before.started_at
    from touched
    inner join sessions_before on touched.session_id = sessions_before.id
    union all
    select
        sessions_before.id as session_id,
        sessions_before.user_id,
        sessions_before.started_at
    from touched
    inner join sessions_before
        on
            touched.user_id = sessions_before.user_id
            and sessions_before.is_inferred
            and sessions_before.started_at between touched.from_at and touched.to_at
),
{% else %}
replaced as (
    select
        session_id,
        user_id,
        from_at as started_at
    from touched
    where false
),
{% endif %}
stamped as (
    select
        session_id,
        user_id,
        started_at,
        {{ build_id() }}::bigint as build_id
    from replaced
)

select * from stamped
