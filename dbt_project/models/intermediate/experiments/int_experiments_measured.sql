{{ config(
    incremental_strategy='delete+insert',
    unique_key='experiment_id',
    indexes=[
        {'columns': ['experiment_id'], 'unique': true},
        {'columns': ['build_id']},
    ],
) }}

-- One row an experiment and not a metric: a metric that is no longer named leaves no
-- row behind that would have to be deleted.

with

profiles as (
    select * from {{ ref('int_experiments_profiled') }}
    where build_id > {{ built_through(this.name) }}
),

-- the application checked nothing: an element may be anything
elements as (
    select
        profiles.experiment_id,
        {{ string_of('element.metric', 'name') }} as metric_name,
        {{ string_of('element.metric', 'event') }} as event_name,
        {{ string_of('element.metric', 'type') }} as metric_type,
        element.metric_position
    from profiles
    cross join lateral jsonb_array_elements(
        profiles.target_metrics
    ) with ordinality as element (metric, metric_position)
),

usable as (
    select distinct on (experiment_id, metric_name) *
    from elements
    where
        metric_name <> ''
        and event_name <> ''
        and metric_type in ('conversion', 'count')
    order by
        experiment_id,
        metric_name,
        metric_position
),

listed as (
    select
        experiment_id,
        jsonb_agg(
            jsonb_build_object(
                'metric_name', metric_name,
                'metric_position', metric_position,
                'metric_type', metric_type,
                'event_name', event_name
            )
            order by metric_position
        ) as metrics
    from usable
    group by experiment_id
),

measured as (
    select
        profiles.experiment_id,
        profiles.end_date,
        coalesce(listed.metrics, '[]') as metrics,
        {{ build_id() }}::bigint as build_id
    from profiles
    left join listed on profiles.experiment_id = listed.experiment_id
),

-- an entity that says the same again is no news: all its users would be looked up
measured_changed as (
    select measured.*
    from measured
    {% if is_incremental() %}
    left join {{ this }} as known on measured.experiment_id = known.experiment_id
    where
        (measured.end_date, measured.metrics)
        is distinct from (known.end_date, known.metrics)
    {% endif %}
)

select * from measured_changed
