{{ config(
    indexes=[
        {'columns': ['event_id'], 'unique': true},
        {'columns': ['build_id']},
        {'columns': ['actor_key', 'timestamp']},
    ],
) }}

with

landed as (
    select * from {{ ref('stg_events') }}
    where landing_order <= {{ landed_through() }}
),

news as (
    select * from landed
    {% if is_incremental() %}
    where load_id in {{ new_loads() }}
    {% endif %}
),

first_of_news as (
    select distinct on (event_id)
        event_id,
        event_ref,
        actor_key,
        user_id,
        session_id,
        event_name,
        "timestamp",
        load_id,
        record_number,
        landed_at,
        {{ build_id() }}::bigint as build_id
    from news
    order by event_id, landing_order, record_number
),

not_yet_known as (
    select first_of_news.*
    from first_of_news
    {% if is_incremental() %}
    where
        not exists (
            select 1
            from {{ this }} as known
            where known.event_id = first_of_news.event_id
        )
    {% endif %}
)

select * from not_yet_known
