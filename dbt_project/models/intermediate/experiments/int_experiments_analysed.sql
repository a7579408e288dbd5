{{ config(materialized='view') }}

-- no CTEs: PostgreSQL finds no way by index through a view that has them
select
    experiment_id,
    -- an analysis is no build: it follows the one it names, and the next can read it
    build_id + 1 as build_id
from {{ ref('stg_experiment_analyses') }}
union all
select
    experiment_id,
    build_id
from {{ ref('int_experiments_profiled') }}
