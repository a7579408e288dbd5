"""The suites over schema `metrics`: do the ready-made numbers say what the marts say.

What flows through: nothing in, `METRIC_SUITES` out. A materialized view that was not refreshed is
the fault that nothing else finds: every rule here compares one with the mart it is made of, in
total and over the last 31 dates.
Belongs here: such comparisons. Does not belong here: ranges of a row, which are dbt tests; values
far off their history (`metrics.anomalies`).
"""

from __future__ import annotations

from expectations.rules import Rule, Suite, critical

STALE = "The relation was not refreshed with the last build: run `chhimeki build`."


def _equal(name: str, what: str) -> Rule:
    return critical(
        name,
        f"{what} {STALE}",
        "ExpectColumnValuesToBeInSet",
        column="difference",
        value_set=[0],
    )


ACTIVE_USERS_DAILY = Suite(
    name="metrics_active_users_daily",
    schema="metrics",
    table="active_users_daily",
    rows="""
        select
            coalesce(published.date, counted.date) as date,
            coalesce(published.dau, 0) - coalesce(counted.users, 0) as difference
        from (
            select date, dau
            from metrics.active_users_daily
            where date > (select max(date) from marts.user_interactions_daily) - 31
        ) as published
        full outer join (
            -- not null means active
            select date, count(last_event_at) as users
            from marts.user_interactions_daily
            where date > (select max(date) from marts.user_interactions_daily) - 31
            group by date
        ) as counted on published.date = counted.date
    """,
    shows=("date", "difference"),
    rules=(
        _equal(
            "dau_is_users_with_a_day",
            "The users active on a date are not those with events in user_interactions_daily.",
        ),
    ),
)

SESSIONS_DAILY = Suite(
    name="metrics_sessions_daily",
    schema="metrics",
    table="sessions_daily",
    rows="""
        select
            coalesce((select sum(sessions) from metrics.sessions_daily), 0)
            - (select count(*) from marts.user_sessions) as difference
    """,
    shows=("difference",),
    rules=(
        _equal(
            "sessions_are_those_of_the_mart",
            "Sessions summed over dates are not the rows of user_sessions.",
        ),
    ),
)

ERRORS_DAILY = Suite(
    name="metrics_errors_daily",
    schema="metrics",
    table="errors_daily",
    rows="""
        select
            coalesce(published.date, counted.date) as date,
            coalesce(published.errors, 0) - coalesce(counted.errors, 0) as difference
        from (
            select date, sum(errors) as errors
            from metrics.errors_daily
            where date > (select max(date) from marts.error_logs) - 31
            group by date
        ) as published
        full outer join (
            select date, count(*) as errors
            from marts.error_logs
            where date > (select max(date) from marts.error_logs) - 31
            group by date
        ) as counted on published.date = counted.date
    """,
    shows=("date", "difference"),
    rules=(_equal("errors_are_those_logged", "A date's errors are not its rows in error_logs."),),
)

PERFORMANCE_DAILY = Suite(
    name="metrics_performance_daily",
    schema="metrics",
    table="performance_daily",
    rows="""
        select
            coalesce(published.date, counted.date) as date,
            coalesce(published.samples, 0) - coalesce(counted.samples, 0) as difference
        from (
            select date, sum(samples) as samples
            from metrics.performance_daily
            where date > (select max(date) from marts.performance_metrics) - 31
            group by date
        ) as published
        full outer join (
            select date, count(*) as samples
            from marts.performance_metrics
            where date > (select max(date) from marts.performance_metrics) - 31
            group by date
        ) as counted on published.date = counted.date
    """,
    shows=("date", "difference"),
    rules=(
        _equal(
            "samples_are_those_measured",
            "A date's samples are not its rows in performance_metrics.",
        ),
    ),
)

ATTRIBUTION = Suite(
    name="metrics_attribution",
    schema="metrics",
    table="attribution",
    rows="""
        select
            round(
                (select sum(avg_engagement_score * users) / sum(users) from metrics.attribution)
                - (select avg(engagement_score) from marts.users),
                2
            ) as difference
    """,
    shows=("difference",),
    rules=(
        _equal(
            "scores_are_those_of_users",
            "The mean engagement score over all sources is not that of users.",
        ),
    ),
)

METRIC_SUITES: tuple[Suite, ...] = (
    ACTIVE_USERS_DAILY,
    SESSIONS_DAILY,
    ERRORS_DAILY,
    PERFORMANCE_DAILY,
    ATTRIBUTION,
)
