"""The suite over `marts.user_interactions_daily`: are a day's counts those of a person.

What flows through: one frozen suite. Belongs here: rules over the last 31 dates.
Does not belong here: reconciliation with events, a dbt test.
"""

from __future__ import annotations

from expectations.rules import Suite, critical, warning

USER_INTERACTIONS_DAILY = Suite(
    name="marts_user_interactions_daily",
    schema="marts",
    table="user_interactions_daily",
    rows="""
        select
            *,
            posts_created + posts_liked + posts_shared + comments_posted + follows_made
            + messages_sent + community_posts as actions,
            extract(epoch from total_session_duration) / 3600 as session_hours
        from marts.user_interactions_daily
        where date > (select max(date) from marts.user_interactions_daily) - 31
    """,
    rules=(
        critical(
            "engagement_score_is_not_negative",
            "Every weight is positive, so is every count: below zero a weight in the seed is "
            "wrong.",
            "ExpectColumnMinToBeBetween",
            column="engagement_score",
            min_value=0,
        ),
        critical(
            "session_time_is_not_negative",
            "Durations are differences of ordered times; below zero sessions were taken away "
            "twice.",
            "ExpectColumnMinToBeBetween",
            column="session_hours",
            min_value=0,
        ),
        warning(
            "actions_are_those_of_a_person",
            "More than 1 % of the (user, date) rows hold over 1,000 actions: bots, or duplicates "
            "under new ids.",
            "ExpectColumnValuesToBeBetween",
            column="actions",
            max_value=1000,
            mostly=0.99,
        ),
        warning(
            "several_users_are_active",
            "One single user was active in the last 31 dates: the others' events are missing.",
            "ExpectColumnUniqueValueCountToBeBetween",
            column="user_id",
            min_value=2,
        ),
    ),
)
