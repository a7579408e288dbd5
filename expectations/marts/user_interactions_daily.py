"""The suites over `marts.user_interactions_daily`: are a day's counts those of a person, and whole.

What flows through: two frozen suites: rows, and their sums by date. Belongs here: rules over the
last 31 dates. Does not belong here: what one row counts, which dbt unit tests check.
"""

from __future__ import annotations

from expectations.marts.window import events_of_last_dates
from expectations.rules import Suite, critical, warning

USER_INTERACTIONS_DAILY = Suite(
    name="marts_user_interactions_daily",
    schema="marts",
    table="user_interactions_daily",
    rows="""
        select
            id,
            date,
            user_id,
            engagement_score,
            posts_created + posts_liked + posts_shared + comments_posted + follows_made
            + messages_sent + community_posts as actions,
            extract(epoch from total_session_duration) / 3600 as session_hours
        from marts.user_interactions_daily
        where date > (select max(date) from marts.user_interactions_daily) - 31
    """,
    shows=("id", "date"),
    rules=(
        critical(
            "engagement_score_is_not_negative",
            "Every weight is positive, so is every count: below zero a weight in the seed is "
            "wrong.",
            "ExpectColumnValuesToBeBetween",
            column="engagement_score",
            min_value=0,
        ),
        critical(
            "session_time_is_not_negative",
            "Durations are differences of ordered times; below zero sessions were taken away "
            "twice.",
            "ExpectColumnValuesToBeBetween",
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

INTERACTION_TOTALS = Suite(
    name="marts_user_interactions_daily_totals",
    schema="marts",
    table="user_interactions_daily",
    # Sessions have no date of their own, only a time whose date depends on the zone: they are
    # compared in total.
    rows=f"""
        with
        by_event as (
            select date, count(*) as events
            from marts.events
            where
                {events_of_last_dates()}
                and status = 'processed'
                and user_id is not null
                and event_name in (
                    'page_view', 'post_view', 'post_comment', 'post_share', 'message_sent'
                )
            group by date
        ),
        by_user as (
            select
                date,
                sum(pages_viewed + posts_viewed + comments_posted + posts_shared + messages_sent)
                    as events
            from marts.user_interactions_daily
            where date >= (select min(date) from by_event)
            group by date
        ),
        sessions as (
            select
                (select count(*) from marts.user_sessions where user_id is not null)
                - (select sum(sessions_count) from marts.user_interactions_daily) as missing
        )
        select
            coalesce(by_event.date, by_user.date) as date,
            coalesce(by_user.events, 0) - coalesce(by_event.events, 0) as difference,
            sessions.missing as sessions_missing
        from by_event
        full outer join by_user on by_event.date = by_user.date
        cross join sessions
    """,
    shows=("date", "difference"),
    rules=(
        critical(
            "counts_equal_events",
            "Page and post views, comments, shares and messages of a date, summed over users, are "
            "not the processed events of users: a touched day was not made again "
            "(int_user_days_touched). A full refresh mends it.",
            "ExpectColumnValuesToBeInSet",
            column="difference",
            value_set=[0],
        ),
        critical(
            "sessions_equal_user_sessions",
            "Sessions of users summed over their days are not the rows of user_sessions that have "
            "a user: a session moved, and the day it left was not made again.",
            "ExpectColumnMaxToBeBetween",
            column="sessions_missing",
            min_value=0,
            max_value=0,
        ),
    ),
)
