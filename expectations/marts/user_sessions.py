"""The suite over `marts.user_sessions`: do sessions look like visits of people.

What flows through: one frozen suite. Belongs here: rules over the sessions of the last 31 days.
Does not belong here: the session rules themselves, which dbt unit tests check.
"""

from __future__ import annotations

from expectations.rules import Suite, critical, warning

USER_SESSIONS = Suite(
    name="marts_user_sessions",
    schema="marts",
    table="user_sessions",
    rows="""
        select
            id,
            user_id,
            started_at,
            ended_at,
            bounce_rate,
            scroll_depth_avg,
            extract(epoch from duration) / 3600 as hours
        from marts.user_sessions
        where started_at >= (select max(started_at) from marts.user_sessions) - interval '31 days'
    """,
    shows=("id",),
    rules=(
        critical(
            "ends_after_it_starts",
            "Start and end are the first and the last event: the other way round their order or "
            "an incremental merge is wrong.",
            "ExpectColumnPairValuesAToBeGreaterThanB",
            column_A="ended_at",
            column_B="started_at",
            or_equal=True,
        ),
        critical(
            "bounce_rate_is_0_or_1",
            "One session bounces or does not; only averages over sessions lie between.",
            "ExpectColumnValuesToBeInSet",
            column="bounce_rate",
            value_set=[0, 1],
        ),
        critical(
            "scroll_depth_is_a_share",
            "Scroll depth runs from 0 to 1; events outside that are invalid and not counted.",
            "ExpectColumnValuesToBeBetween",
            column="scroll_depth_avg",
            min_value=0,
            max_value=1,
        ),
        warning(
            "few_sessions_last_a_day",
            "More than 1 % of the sessions last over 24 hours: a producer reuses session ids.",
            "ExpectColumnValuesToBeBetween",
            column="hours",
            max_value=24,
            mostly=0.99,
        ),
        warning(
            "sessions_have_a_user",
            "Over half of the sessions name no user: an identity step is probably lost.",
            "ExpectColumnValuesToNotBeNull",
            column="user_id",
            mostly=0.5,
        ),
    ),
)
