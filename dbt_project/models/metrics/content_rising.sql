{{ config(
    indexes=[{'columns': ['content_id', 'content_type'], 'unique': true}],
) }}

-- Made of sums by content and date: two weeks of narrow rows, and no event.

with

content_days as (
    select * from {{ ref('int_content_days_summarized') }}
    where
        events_count > 0
        and content_type <> 'comment'
),

dates_observed as (
    select * from {{ ref('int_dates_observed') }}
),

as_of as (
    select as_of_date from dates_observed
    order by build_id desc
    limit 1
),

recent_days as (
    select
        content_days.*,
        content_days.date >= as_of.as_of_date - 7 as is_last_week
    from content_days
    cross join as_of
    where
        content_days.date >= as_of.as_of_date - 14
        and content_days.date < as_of.as_of_date
),

weeks_summed as (
    select
        content_id,
        content_type,
        min(content_ref collate "C") as content_ref,
        coalesce(sum(events_count) filter (where is_last_week), 0)::bigint as events,
        coalesce(sum(events_count) filter (where not is_last_week), 0)::bigint
            as events_before,
        coalesce(sum(views_count) filter (where is_last_week), 0)::bigint as views,
        coalesce(sum(views_count) filter (where not is_last_week), 0)::bigint
            as views_before
    from recent_days
    group by
        content_id,
        content_type
),

contents as (
    select
        *,
        events - events_before as rise
    from weeks_summed
)

select * from contents
