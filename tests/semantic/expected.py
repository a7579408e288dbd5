"""What each metric of the semantic layer has to be, as SQL on marts and metrics.

A metric is asked twice: by date (or week), and by one dimension. The SQL gives what it is asked by,
then the value. By date it is the published number, where one is published.
"""

from typing import NamedTuple

WEEKLY = "metric_time__week"


class Expected(NamedTuple):
    """What a metric is asked by, and the SQL that has to give the same."""

    by: str
    sql: str


def by_date(value: str, table: str, date: str = "date") -> Expected:
    """The value of each date."""
    return Expected("metric_time__day", f"select {date}, {value} from {table} group by {date}")


def published(column: str, table: str) -> Expected:
    """A column of a table with a row a date."""
    return Expected("metric_time__day", f"select date, {column} from {table}")


def by(dimension: str, value: str, table: str) -> Expected:
    """The value of each member of a dimension, `session_id__platform` in MetricFlow's words."""
    column = dimension.rpartition("__")[2]
    return Expected(dimension, f"select {column}, {value} from {table} group by {column}")


def by_month(value: str, table: str) -> Expected:
    """The value of each month."""
    return Expected(
        "metric_time__month",
        f"select date_trunc('month', date::timestamp), {value} from {table} group by 1",
    )


ACTIVE = "metrics.active_users_daily"
LAST = "(array_agg({} order by date desc))[1]"
SESSIONS = "marts.user_sessions"
STARTED_ON = "(started_at at time zone 'UTC')::date"
DAYS = "marts.user_interactions_daily"
DAYS_OF_USERS = f"{DAYS} left join marts.users on users.id = user_id"
ACTIVE_USERS = "count(distinct user_id) filter (where last_event_at is not null)"
POINTS = "sum(user_interactions_daily.engagement_score)"
USERS = "marts.users"
CREATED_ON = "(created_at at time zone 'UTC')::date"
LIFECYCLE = "metrics.lifecycle_weekly"
RETENTION = "metrics.retention_weekly"
CONTENT = "metrics.content_daily"
COMMUNITIES = "marts.community_analytics"
ERRORS = "marts.error_logs"


def _of_sessions(value: str, by_day: Expected | None = None) -> list[Expected]:
    return [
        by_day or by_date(value, SESSIONS, STARTED_ON),
        by("session_id__platform", value, SESSIONS),
    ]


def _of_days(value: str) -> list[Expected]:
    return [by_date(value, DAYS), by("user_id__role", value, DAYS_OF_USERS)]


def _of_users(value: str, dimension: str = "user_id__language") -> list[Expected]:
    return [by_date(value, USERS, CREATED_ON), by(dimension, value, USERS)]


def _of_weeks(value: str) -> list[Expected]:
    months = (
        f"select date_trunc('month', week::timestamp), sum({value}) from {LIFECYCLE} group by 1"
    )
    return [
        Expected(WEEKLY, f"select week, {value} from {LIFECYCLE}"),
        Expected("metric_time__month", months),
    ]


def _of_cohorts(value: str) -> list[Expected]:
    weekly = f"select cohort_week, {value} from {RETENTION} group by 1"
    return [Expected(WEEKLY, weekly), by("cohort__weeks_since", value, RETENTION)]


def _of_content(value: str) -> list[Expected]:
    return [by_date(value, CONTENT), by("content__content_type", value, CONTENT)]


def _of_communities(value: str) -> list[Expected]:
    return [by_date(value, COMMUNITIES), by("community_id", value, COMMUNITIES)]


def _of_errors(value: str, by_day: Expected | None = None) -> list[Expected]:
    return [by_day or by_date(value, ERRORS), by("error_id__severity", value, ERRORS)]


EXPECTED: dict[str, list[Expected]] = {
    "daily_active_users": [published("dau", ACTIVE), by_month("avg(dau)", ACTIVE)],
    "weekly_active_users": [published("wau", ACTIVE), by_month(LAST.format("wau"), ACTIVE)],
    "monthly_active_users": [published("mau", ACTIVE), by_month(LAST.format("mau"), ACTIVE)],
    "stickiness": [published("stickiness", ACTIVE), by_month("avg(stickiness)", ACTIVE)],
    "sessions": _of_sessions("count(*)", published("sessions", "metrics.sessions_daily")),
    "users_with_sessions": _of_sessions(
        "count(distinct user_id)", published("users", "metrics.sessions_daily")
    ),
    "session_seconds": _of_sessions("extract(epoch from sum(duration))"),
    "session_page_views": _of_sessions("sum(page_views)"),
    "bounced_sessions": _of_sessions("count(*) filter (where bounce_rate = 1)"),
    "average_session_duration": _of_sessions(
        "extract(epoch from avg(duration))",
        published("extract(epoch from avg_duration)", "metrics.sessions_daily"),
    ),
    "pages_per_session": _of_sessions(
        "avg(page_views)", published("pages_per_session", "metrics.sessions_daily")
    ),
    "bounce_rate": _of_sessions(
        "avg(bounce_rate)", published("bounce_rate", "metrics.sessions_daily")
    ),
    "active_users": [
        published("dau", f"{ACTIVE} where dau > 0"),
        by_month(ACTIVE_USERS, DAYS),
        by("user_id__role", ACTIVE_USERS, DAYS_OF_USERS),
    ],
    "posts_created": _of_days("sum(posts_created)"),
    "posts_viewed": _of_days("sum(posts_viewed)"),
    "posts_liked": _of_days("sum(posts_liked)"),
    "comments_posted": _of_days("sum(comments_posted)"),
    "posts_shared": _of_days("sum(posts_shared)"),
    "follows_made": _of_days("sum(follows_made)"),
    "messages_sent": _of_days("sum(messages_sent)"),
    "engagement_points": _of_days(POINTS),
    "engagement_per_active_user": _of_days(f"{POINTS} / nullif({ACTIVE_USERS}, 0)"),
    "users_created": _of_users("count(*)"),
    "average_engagement_score": [
        *_of_users("avg(engagement_score)"),
        Expected(
            "user_id__registration_source",
            "select registration_source, avg_engagement_score from metrics.attribution",
        ),
    ],
    "new_users": _of_weeks("new_users"),
    "returning_users": _of_weeks("returning_users"),
    "resurrected_users": _of_weeks("resurrected_users"),
    "dormant_users": _of_weeks("dormant_users"),
    "users_active_before": [
        Expected(
            WEEKLY, f"select week, lag(active_users, 1, 0) over (order by week) from {LIFECYCLE}"
        )
    ],
    "churn_rate": [
        Expected(
            WEEKLY,
            "select week, dormant_users::numeric"
            " / nullif(lag(active_users) over (order by week), 0)"
            f" from {LIFECYCLE}",
        )
    ],
    "cohort_users": _of_cohorts("sum(cohort_users)"),
    "retained_users": _of_cohorts("sum(retained_users)"),
    "retention_rate": _of_cohorts("sum(retained_users)::numeric / sum(cohort_users)"),
    "content_views": _of_content("sum(views)"),
    "content_likes": _of_content("sum(likes)"),
    "content_comments": _of_content("sum(comments)"),
    "content_shares": _of_content("sum(shares)"),
    "content_engagements": _of_content("sum(likes + comments + shares)"),
    "engagement_rate": _of_content("sum(likes + comments + shares) / nullif(sum(views), 0)"),
    "community_joins": _of_communities("sum(new_members)"),
    "community_leaves": _of_communities("sum(members_left)"),
    "community_members_before": _of_communities("sum(members_before)"),
    "community_posts": _of_communities("sum(posts_count)"),
    "community_interactions": _of_communities("sum(total_interactions)"),
    "community_churn_rate": _of_communities(
        "sum(members_left)::numeric / nullif(sum(members_before), 0)"
    ),
    "errors": _of_errors("count(*)", by_date("sum(errors)", "metrics.errors_daily")),
    "users_with_errors": _of_errors("count(distinct user_id)"),
    "errors_resolved": _of_errors("count(*) filter (where resolved)"),
    "error_resolution_rate": _of_errors("avg(resolved::int)"),
}
