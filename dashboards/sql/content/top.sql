with

ranked as (
    select
        content_type,
        content_ref,
        engagement_score,
        views_count,
        unique_views_count,
        likes_count,
        comments_count,
        shares_count,
        saves_count,
        row_number() over (
            partition by content_type
            order by
                engagement_score desc,
                content_ref asc
        ) as place
    from marts.content_analytics
    where content_type <> 'comment'
)

select
    content_type,
    place,
    content_ref as content,
    engagement_score,
    views_count as views,
    unique_views_count as viewers,
    likes_count as likes,
    comments_count as comments,
    shares_count as shares,
    saves_count as saves
from ranked
where place <= 20
order by
    content_type,
    place
