{{ config(indexes=[{'columns': ['build_id']}]) }}

with

events as (
    select * from {{ ref('events') }}
    where status = 'processed'
),

observed as (
    select
        {{ reporting_date('min("timestamp")') }} as first_date,
        {{ reporting_date('max("timestamp")') }} as as_of_date
    from events
),
{% if is_incremental() %}
known as (
    select
        first_date,
        as_of_date
    from {{ this }}
    order by build_id desc
    limit 1
),

moved as (
    select * from observed
    except
    select * from known
),
{% else %}
moved as (
    select * from observed
),
{% endif %}
stamped as (
    select
        first_date,
        as_of_date,
        {{ build_id() }}::bigint as build_id
    from moved
)

select * from stamped
