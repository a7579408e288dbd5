"""The suite over `marts.content_analytics`: are counts, rates and scores of content possible.

What flows through: one frozen suite. Belongs here: rules over all contents (one row each).
Does not belong here: sums of views, likes and saves, which dbt tests reconcile.
"""

from __future__ import annotations

from expectations.rules import Suite, critical, warning

CONTENT_ANALYTICS = Suite(
    name="marts_content_analytics",
    schema="marts",
    table="content_analytics",
    rows="""
        select
            id,
            content_type,
            bounce_rate,
            quality_score,
            virality_score,
            least(
                views_count, unique_views_count, likes_count, shares_count, comments_count,
                saves_count
            ) as smallest_count,
            -- a share or a comment of what nobody viewed is one whose view was lost
            case when content_type = 'post' and likes_count + comments_count + shares_count > 0
                then (views_count > 0)::integer end as is_viewed,
            case when content_type = 'post' then author_id end is not null
            or content_type <> 'post'
            or null as has_author
        from marts.content_analytics
    """,
    shows=("content_type", "id"),
    rules=(
        critical(
            "counts_are_not_negative",
            "Counts are sums of a ledger of +1 and -1: below zero one was entered twice.",
            "ExpectColumnValuesToBeBetween",
            column="smallest_count",
            min_value=0,
        ),
        critical(
            "bounce_rate_is_a_share",
            "Bounces are some of the views with a duration; outside 0 to 1 the two were counted "
            "over different views.",
            "ExpectColumnValuesToBeBetween",
            column="bounce_rate",
            min_value=0,
            max_value=1,
        ),
        critical(
            "quality_score_is_in_range",
            "Three parts that sum to 100 at most; outside 0 to 100 the dbt variable "
            "quality_weights does not sum to 1, or a part is not capped.",
            "ExpectColumnValuesToBeBetween",
            column="quality_score",
            min_value=0,
            max_value=100,
        ),
        critical(
            "virality_score_is_in_range",
            "100 (1 - exp(-5 shares / unique views)) lies between 0 and 100 for any counts; "
            "outside, a count is negative or the formula has changed.",
            "ExpectColumnValuesToBeBetween",
            column="virality_score",
            min_value=0,
            max_value=100,
        ),
        warning(
            "what_is_engaged_with_is_viewed",
            "Over half of the posts that were liked, commented on or shared have no view: view "
            "events are lost, and every rate per view misleads.",
            "ExpectColumnMeanToBeBetween",
            column="is_viewed",
            min_value=0.5,
        ),
        warning(
            "posts_have_an_author",
            "Over 20 % of the contents are posts without an author: post_created events are "
            "missing, and likes are received by nobody.",
            "ExpectColumnValuesToNotBeNull",
            column="has_author",
            mostly=0.8,
        ),
    ),
)
