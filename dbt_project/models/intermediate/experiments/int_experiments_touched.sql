{{ config(indexes=[{'columns': ['build_id']}]) }}

with

profiles as (
    select * from {{ ref('int_experiments_profiled') }}
    where build_id > {{ built_through('experiments') }}
),

variants_assigned as (
    select * from {{ ref('int_variants_assigned') }}
    where build_id > {{ built_through('experiments') }}
),

experiments as (
    select experiment_id from profiles
    union
    select experiment_id from variants_assigned
),

touched as (
    select
        experiment_id,
        {{ build_id() }}::bigint as build_id
    from experiments
    -- a full refresh makes every experiment anew, so none is touched
    where {{ is_incremental() | lower }}
)

select * from touched
