-- rendered from loaders/catalogue by `chhimeki catalogue render`, do not edit
-- sqlfluff:exclude_rules:RF04
with

events as (
    select * from {{ ref('events') }}
),

post_comment as (
    select
        id,
        event_ref,
        user_id,
        user_ref,
        session_id,
        session_ref,
        "timestamp",
        platform,
        event_data ->> 'postId' as post_id,
        event_data ->> 'postAuthor' as post_author,
        event_data ->> 'commentId' as comment_id,
        event_data ->> 'parentCommentId' as parent_comment_id,
        (event_data ->> 'commentLength')::numeric as comment_length,
        event_data ->> 'communityId' as community_id
    from events
    where
        event_name = 'post_comment'
        and status = 'processed'
)

select * from post_comment
