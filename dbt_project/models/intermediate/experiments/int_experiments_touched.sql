{{ config(indexes=[{'columns': ['build_id']}]) }}

-- `experiments` tells of results, so its log must not run ahead of them
-- depends_on: {{ ref('experiment_results') }}

with

analysed as (
    select * from {{ ref('int_experiments_analysed') }}
    where build_id > {{ built_through('experiments') }}
),

variants_assigned as (
    select * from {{ ref('int_variants_assigned') }}
    where build_id > {{ built_through('experiments') }}
),

experiments as (
    select experiment_id from analysed
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
