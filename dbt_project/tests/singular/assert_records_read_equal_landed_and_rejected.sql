-- Nothing is dropped silently: of every load, the records read are the rows that landed
-- in `raw.events` and `raw.entities` and the rows of `raw.rejected_records`.

with

loads as (
    select * from {{ source('raw', 'loads') }}
),

rows_of_loads as (
    select load_id from {{ source('raw', 'events') }}
    union all
    select load_id from {{ source('raw', 'entities') }}
    union all
    select load_id from {{ source('raw', 'rejected_records') }}
),

rows_counted as (
    select
        load_id,
        count(*) as row_count
    from rows_of_loads
    group by load_id
)

select
    loads.load_id,
    loads.records_read,
    rows_counted.row_count
from loads
full outer join rows_counted on loads.load_id = rows_counted.load_id
where loads.records_read is distinct from coalesce(rows_counted.row_count, 0)
