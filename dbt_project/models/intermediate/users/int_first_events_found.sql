{{ config(
    incremental_strategy='delete+insert',
    unique_key=['user_id', 'event_name'],
    indexes=[
        {'columns': ['user_id', 'event_name'], 'unique': true},
        {'columns': ['event_name']},
    ],
) }}

-- No history is read. Where the first event known so far is not in the news, it still
-- counts, and only the news can come before it. Where it is, its user's consent has
-- changed from then on, and all later events of the user are in the news with it.

with

changed as (
    select * from {{ ref('int_events_changed') }}
    where
        build_id > {{ built_through(this.name) }}
        and user_id is not null
),

events as (
    select * from {{ ref('events') }}
    where user_id is not null
),

touched_events as (
    {{ touched_events() }}
),
{% if is_incremental() %}
touched as (
    select
        user_id,
        event_name,
        array_agg(event_id) as event_ids
    from changed
    group by
        user_id,
        event_name
),
{% endif %}
candidates as (
    select
        user_id,
        event_name,
        id as event_id,
        event_ref,
        "timestamp"
    from touched_events
    where status = 'processed'
    {% if is_incremental() %}
    union all
    select
        known.user_id,
        known.event_name,
        known.event_id,
        known.event_ref,
        known.first_at as "timestamp"
    from touched
    inner join {{ this }} as known
        on
            touched.user_id = known.user_id
            and touched.event_name = known.event_name
    where known.event_id <> all(touched.event_ids)
    {% endif %}
),

first_events as (
    select distinct on (user_id, event_name)
        user_id,
        event_name,
        event_id,
        event_ref,
        "timestamp" as first_at
    from candidates
    order by
        user_id asc,
        event_name asc,
        "timestamp" asc,
        event_ref collate "C" asc
),
{% if is_incremental() %}
-- who lost all events of a type keeps a row without one, in place of the one that was
found as (
    select
        touched.user_id,
        touched.event_name,
        first_events.event_id,
        first_events.event_ref,
        first_events.first_at
    from touched
    left join first_events
        on
            touched.user_id = first_events.user_id
            and touched.event_name = first_events.event_name
),
{% else %}
found as (
    select * from first_events
),
{% endif %}
stamped as (
    select
        user_id,
        event_name,
        event_id,
        event_ref,
        first_at,
        {{ build_id() }}::bigint as build_id
    from found
)

select * from stamped
