with

ranked as (
    select
        content_type,
        content_ref,
        events,
        events_before,
        views,
        views_before,
        rise,
        row_number() over (
            partition by content_type
            order by
                rise desc,
                events desc,
                content_ref asc
        ) as place
    from metrics.content_rising
    where rise > 0
)

select
    content_type,
    place,
    content_ref as content,
    rise,
    events,
    events_before,
    views,
    views_before
from ranked
where place <= 20
order by
    content_type,
    place
