{{ config(
    incremental_strategy='delete+insert',
    unique_key='event_id',
    indexes=[
        {'columns': ['event_id'], 'unique': true},
        {'columns': ['user_id', 'experiment_id']},
        {'columns': ['experiment_id', 'timestamp']},
        {'columns': ['build_id']},
    ],
) }}

with

changed as (
    select * from {{ ref('int_events_changed') }}
    where
        build_id > {{ built_through(this.name) }}
        and event_name = 'experiment_assigned'
),

events as (
    select * from {{ ref('events') }}
    where
        event_name = 'experiment_assigned'
        and is_valid
),

touched_events as (
    {{ touched_events() }}
),

assigned as (
    select
        id as event_id,
        event_ref,
        {{ source_uuid("'experiment'", "(event_data ->> 'experimentId')") }}
            as experiment_id,
        event_data ->> 'experimentId' as experiment_ref,
        user_id,
        user_ref,
        event_data ->> 'variant' as variant,
        "timestamp",
        status = 'processed' as is_processed,
        {{ build_id() }}::bigint as build_id
    from touched_events
)

select * from assigned
