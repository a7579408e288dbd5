"""The suite over the dates of `marts.events`: is none missing, and the last like the one before.

What flows through: one frozen suite, with a row a date. Belongs here: rules over the last 31 dates
and from day to day. Does not belong here: other metrics of a date (`metrics.anomalies`).
"""

from __future__ import annotations

from expectations.marts.window import JUDGED_DATES, LAST_DATE, events_of_last_dates
from expectations.rules import Suite, warning

BETWEEN = "ExpectColumnValuesToBeBetween"
# Below it, a date with twice or half the events of another is nothing to look at.
MANY_EVENTS = 100

EVENTS_DATES = Suite(
    name="marts_events_dates",
    schema="marts",
    table="events",
    # The last date is not whole yet: the one before it is the last that can be compared.
    rows=f"""
        with
        counted as (
            select
                date,
                count(*) as events,
                avg(case when is_valid then 0 else 1 end) as invalid_share
            from marts.events
            where {events_of_last_dates()}
            group by date
        ),
        dates as (
            select
                days.day::date as date,
                coalesce(counted.events, 0) as events,
                counted.invalid_share
            from generate_series(
                (select min(date) from counted)::timestamp,
                ({LAST_DATE} - 1)::timestamp,
                interval '1 day'
            ) as days (day)
            left join counted on days.day::date = counted.date
        ),
        compared as (
            select
                *,
                lag(events) over by_date as events_before,
                lag(invalid_share) over by_date as invalid_share_before,
                row_number() over (order by date desc) = 1 as is_last
            from dates
            window by_date as (order by date)
        )
        select
            date,
            events,
            events_before,
            case when (select percentile_disc(0.5) within group (order by events) from dates)
                >= {MANY_EVENTS} then events end as events_expected,
            case when is_last and greatest(events, events_before) >= {MANY_EVENTS}
                then events / nullif(events_before, 0)::numeric end as change,
            case when is_last and least(events, events_before) >= {MANY_EVENTS}
                then invalid_share - invalid_share_before end as invalid_share_change
        from compared
    """,
    shows=("date", "events", "events_before"),
    rules=(
        warning(
            "no_date_is_missing",
            f"A date within the last {JUDGED_DATES} has no event, though half of them have "
            f"{MANY_EVENTS} and more: a file never landed.",
            BETWEEN,
            column="events_expected",
            min_value=1,
        ),
        warning(
            "events_change_slowly",
            "The last whole date has over three times the events of the date before it, or under "
            "a third: late files, a producer that fell silent, or a client in a loop.",
            BETWEEN,
            column="change",
            min_value=1 / 3,
            max_value=3,
        ),
        warning(
            "invalid_share_changes_slowly",
            "On the last whole date the share of invalid events is over 10 points above that of "
            "the date before: a release changed what a client sends. See validation_errors.",
            BETWEEN,
            column="invalid_share_change",
            max_value=0.1,
        ),
    ),
)
