"""The suite over `marts.users`: are people's totals and scores possible.

What flows through: one frozen suite. Belongs here: rules over all users (one row each).
Does not belong here: the uniqueness of users, a dbt test.
"""

from __future__ import annotations

from expectations.rules import Suite, critical, warning

USERS = Suite(
    name="marts_users",
    schema="marts",
    table="users",
    rows="""
        select
            id,
            role,
            engagement_score,
            last_active_at,
            created_at,
            least(
                total_posts, total_likes_given, total_likes_received, total_comments_given,
                total_comments_received, total_shares_given, total_shares_received,
                total_followers, total_following, total_sessions
            ) as smallest_total,
            sum(total_followers - total_following) over () as followers_in_excess,
            (engagement_score > 0)::integer as is_engaged
        from marts.users
    """,
    shows=("id",),
    rules=(
        critical(
            "engagement_score_is_in_range",
            "The score is a weighted mean of three parts from 0 to 100; outside that its formula "
            "or a weight in the seed is wrong.",
            "ExpectColumnValuesToBeBetween",
            column="engagement_score",
            min_value=0,
            max_value=100,
        ),
        critical(
            "totals_are_not_negative",
            "Totals are counts and states: a negative one means that increments were applied "
            "twice or in the wrong order.",
            "ExpectColumnValuesToBeBetween",
            column="smallest_total",
            min_value=0,
        ),
        critical(
            "followers_equal_following",
            "Whoever follows is followed by one user more: over all users the two totals are one. "
            "Otherwise a follow was counted on one side only (int_states_current).",
            "ExpectColumnMaxToBeBetween",
            column="followers_in_excess",
            min_value=0,
            max_value=0,
        ),
        warning(
            "created_before_last_active",
            "A user cannot act before existing. More than 5 % last acted before they were created: "
            "user entities carry a wrong createdAt.",
            "ExpectColumnPairValuesAToBeGreaterThanB",
            column_A="last_active_at",
            column_B="created_at",
            or_equal=True,
            ignore_row_if="either_value_is_missing",
            mostly=0.95,
        ),
        warning(
            "some_users_are_engaged",
            "Not one user has a score above zero in the 30 dates to the as-of date.",
            "ExpectColumnMaxToBeBetween",
            column="is_engaged",
            min_value=1,
        ),
        warning(
            "role_is_present",
            "The role defaults to free; more than 1 % without one means that the default is lost.",
            "ExpectColumnValuesToNotBeNull",
            column="role",
            mostly=0.99,
        ),
    ),
)
