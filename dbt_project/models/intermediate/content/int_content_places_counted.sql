{{ config(
    incremental_strategy='replace_touched',
    touched='int_content_days_summarized',
    touched_on=(
        'target.content_id = touched.content_id and target.date = touched.date'
        ~ ' and target.content_type = touched.content_type'
    ),
    indexes=[{'columns': ['content_id', 'date']}],
) }}

with

days as (
    select * from {{ ref('int_content_days_summarized') }}
    where build_id > {{ built_through(this.name) }}
),

content_events as not materialized (
    select * from {{ ref('int_content_events') }}
    where
        is_view
        and is_processed
        and (country is not null or city is not null)
),

touched_events as (
    {% if is_incremental() %}
    select found.*
    from days
    -- offset 0: a look-up by index each, whatever the planner makes of the news
    cross join lateral (
        select * from content_events
        where
            content_id = days.content_id
            and date = days.date
            and content_type = days.content_type
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select * from content_events
    {% endif %}
),

places as (
    select
        content_type,
        content_id,
        date,
        country,
        city,
        count(*) as views_count
    from touched_events
    group by
        content_type,
        content_id,
        date,
        country,
        city
)

select * from places
