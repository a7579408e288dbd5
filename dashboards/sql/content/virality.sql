with

ranked as (
    select
        content_type,
        content_ref,
        unique_views_count,
        shares_count,
        virality_score,
        row_number() over (
            partition by content_type
            order by
                virality_score desc,
                unique_views_count desc,
                content_ref asc
        ) as place
    from marts.content_analytics
    where
        content_type <> 'comment'
        and unique_views_count > 0
        and shares_count > 0
)

select
    content_type,
    content_ref as content,
    unique_views_count as viewers,
    shares_count as shares,
    virality_score
from ranked
where place <= 200
order by
    content_type,
    place
