{{ config(
    touched='int_events_changed',
    touched_on=(
        "touched.event_name = 'performance_metric'"
        ~ ' and target.id = touched.event_id and target.actor_key = touched.actor_key'
    ),
    indexes=[
        {'columns': ['timestamp']},
        {'columns': ['metric_name'], 'type': 'spgist'},
    ],
) }}

-- A metric's name has an index that holds a text of any length; a btree would refuse
-- one above 2,700 bytes, and with it the build.

with

changed as (
    select * from {{ ref('int_events_changed') }}
    where
        build_id > {{ built_through(this.name) }}
        and event_name = 'performance_metric'
),

events as (
    select * from {{ ref('events') }}
    where
        event_name = 'performance_metric'
        and status = 'processed'
),

touched_events as (
    {{ touched_events() }}
),

measurements as (
    select
        -- keys
        id,
        event_ref,
        actor_key,
        user_id,
        user_ref,
        session_id,
        session_ref,

        -- measurement
        event_data ->> 'metricName' as metric_name,
        (event_data ->> 'metricValue')::numeric as metric_value,
        event_data ->> 'metricUnit' as metric_unit,

        -- context
        url as page_url,
        browser,
        platform,
        "timestamp",
        date,

        -- whatever was measured along
        event_data - array['metricName', 'metricValue', 'metricUnit']::text[]
            as metadata
    from touched_events
)

select * from measurements
