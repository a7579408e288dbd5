"""Pages growth and engagement: what their queries have to answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.dashboards.readings.reading import (
    WEEK,
    Reading,
    Rows,
    day_of,
    folded,
    grouped,
    monday_of,
    only,
)


def active_users(reading: Reading) -> Rows:
    return reading.whole(reading.marts["active_users_daily"])


def lifecycle(reading: Reading) -> Rows:
    kept = ("week", "new_users", "returning_users", "resurrected_users", "dormant_users")
    rows = [row for row in reading.marts["lifecycle_weekly"] if reading.over(row["week"])]
    return [only(row, *kept, "quick_ratio") for row in rows]


def retention(reading: Reading) -> Rows:
    return [
        row
        for row in reading.marts["retention_weekly"]
        if row["cohort_users"]
        and row["cohort_week"] + WEEK * (row["weeks_since"] + 1) <= reading.as_of
        and row["cohort_week"] >= reading.as_of - WEEK * 26
    ]


def platforms(reading: Reading) -> Rows:
    users: dict[tuple[date, str], set[str]] = defaultdict(set)
    for row in reading.sessions():
        users[row["date"], row["platform"]] |= {row["user_id"]} - {None}
    return [
        {"date": day, "platform": platform, "users": len(them)}
        for (day, platform), them in users.items()
    ]


def new_users(reading: Reading) -> Rows:
    users = reading.marts["users"]
    people = Counter(row["country_code"] for row in users)
    weeks = Counter(
        (
            monday_of(day_of(row["created_at"])),
            folded(row["country_code"], people[row["country_code"]]),
            row["registration_source"] or "not told",
        )
        for row in users
        if row["created_at"]
    )
    return [
        {"week": week, "country": country, "registration_source": source, "users": count}
        for (week, country, source), count in weeks.items()
        if reading.over(week)
    ]


def sessions(reading: Reading) -> Rows:
    groups = grouped(reading.sessions(), "date", "platform", "country")
    return [
        dict(zip(("date", "platform", "country"), key, strict=True))
        | {
            "sessions": len(rows),
            "minutes": _minutes(row["duration"] for row in rows),
            "page_views": sum(row["page_views"] for row in rows),
            "bounced": sum(row["bounce_rate"] for row in rows),
        }
        for key, rows in groups.items()
    ]


def funnels(reading: Reading) -> Rows:
    kept = ("funnel", "step", "users", "conversion_from_previous", "conversion_from_first")
    return [
        only(row, *kept) | {"passed": f"{row['step']}. {row['event_name']}"}
        for row in reading.marts["funnel_steps"]
    ]


def features(reading: Reading) -> Rows:
    dau = {row["date"]: row["dau"] for row in reading.marts["active_users_daily"]}
    rows = reading.whole(reading.marts["feature_adoption"])
    return [only(row, "date", "event_name", "users") | {"dau": dau[row["date"]]} for row in rows]


def social(reading: Reading) -> Rows:
    kept = ("date", "follows", "unfollows", "messages", "profile_views")
    return [only(row, *kept) for row in reading.whole(reading.marts["social_daily"])]


def _minutes(durations: Iterable[timedelta]) -> Decimal:
    microseconds = sum(one // timedelta(microseconds=1) for one in durations)
    return (Decimal(microseconds) / 60_000_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
