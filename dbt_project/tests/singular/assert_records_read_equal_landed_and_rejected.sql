{{ config(meta={'dagster': {'ref': {'name': 'stg_events'}}}) }}

-- the graph shows it at the first model on what it judges
-- depends_on: {{ ref('stg_events') }}

-- Nothing is dropped silently: records read are the rows in `raw.events`, in
-- `raw.entities` and in `raw.rejected_records`. So it is for every load, as the load
-- counted them; for every file, together with the replays of what it rejected; and in
-- total, where rejected is what stands open. What retention has dropped since counts as
-- landed.

with recursive

loads as (
    select * from {{ source('raw', 'loads') }}
),

open_rejects as (
    select * from {{ source('raw', 'open_rejects') }}
),

unpublished_loads as (
    select * from {{ source('raw', 'unpublished_loads') }}
),

rows_by_table as (
    select
        load_id,
        count(*) as events,
        0 as entities,
        0 as rejected
    from {{ source('raw', 'events') }}
    group by load_id
    union all
    select
        load_id,
        0 as events,
        count(*) as entities,
        0 as rejected
    from {{ source('raw', 'entities') }}
    group by load_id
    union all
    select
        load_id,
        0 as events,
        0 as entities,
        count(*) as rejected
    from {{ source('raw', 'rejected_records') }}
    group by load_id
    union all
    select
        load_id,
        events_dropped as events,
        entities_dropped as entities,
        0 as rejected
    from loads
    where events_dropped + entities_dropped > 0
),

rows_counted as (
    select
        load_id,
        sum(events) as events,
        sum(entities) as entities,
        sum(rejected) as rejected
    from rows_by_table
    -- at work or interrupted: what is there of it has not landed
    where load_id not in (select unpublished_loads.load_id from unpublished_loads)
    group by load_id
),

-- a load of a file, its replay, the replay of what that rejected, and so on
loads_of_files as (
    select
        load_id as file_load_id,
        load_id
    from loads
    where replays_load_id is null
    union all
    select
        loads_of_files.file_load_id,
        loads.load_id
    from loads_of_files
    inner join loads on loads_of_files.load_id = loads.replays_load_id
),

open_counted as (
    select
        load_id,
        count(*) as rejected
    from open_rejects
    group by load_id
),

files as (
    select
        loads_of_files.file_load_id,
        sum(
            case when loads.replays_load_id is null then loads.records_read else 0 end
        ) as records_read,
        sum(
            coalesce(rows_counted.events + rows_counted.entities, 0)
            + coalesce(open_counted.rejected, 0)
        ) as records_found
    from loads_of_files
    inner join loads on loads_of_files.load_id = loads.load_id
    left join rows_counted on loads_of_files.load_id = rows_counted.load_id
    left join open_counted on loads_of_files.load_id = open_counted.load_id
    group by loads_of_files.file_load_id
),

totals as (
    select
        (
            select sum(loads.records_read) from loads
            where loads.replays_load_id is null
        ) as records_read,
        (
            select sum(rows_counted.events + rows_counted.entities)
            from rows_counted
        ) as records_landed,
        (select count(*) from open_rejects) as records_rejected
),

violations as (
    select
        'load' as of_what,
        coalesce(loads.load_id, rows_counted.load_id) as load_id
    from loads
    full outer join rows_counted on loads.load_id = rows_counted.load_id
    where
        loads.events_landed is distinct from coalesce(rows_counted.events, 0)
        or loads.entities_landed is distinct from coalesce(rows_counted.entities, 0)
        or loads.records_rejected is distinct from coalesce(rows_counted.rejected, 0)
    union all
    select
        'file' as of_what,
        files.file_load_id as load_id
    from files
    where files.records_read <> files.records_found
    union all
    select
        'total' as of_what,
        null as load_id
    from totals
    where
        coalesce(totals.records_read, 0)
        <> coalesce(totals.records_landed, 0) + totals.records_rejected
)

select * from violations
