"""What each query of the dashboards has to answer, read from the oracle's rows in plain Python.

What flows through: rows of marts as the oracle reads the files in, rows of answers out, in no
particular order. It shares no SQL with what it judges. Belongs here: a reading a query.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.oracle.identity import four_places

Row = dict[str, Any]
Rows = list[Row]

FEW = 5
YEAR = timedelta(days=365)
WEEK = timedelta(days=7)
VITALS = {"first_paint": (1800, 3000)}


@dataclass(frozen=True)
class Reading:
    """Rows by mart, and the latest date."""

    marts: dict[str, Rows]
    as_of: date

    def whole(self, rows: Iterable[Row]) -> Rows:
        """Rows of dates that are over, in the last year."""
        return [row for row in rows if self.as_of - YEAR <= row["date"] < self.as_of]

    def over(self, week: date) -> bool:
        return self.as_of - YEAR <= week <= self.as_of - WEEK

    def sessions(self) -> Rows:
        """Sessions with the date they started on, platforms and folded countries."""
        rows = [row | {"date": _day(row["started_at"])} for row in self.marts["user_sessions"]]
        people: dict[str | None, set[str]] = defaultdict(set)
        for row in rows:
            people[row["country"]].add(row["user_id"] or row["id"])
        return self.whole(
            row
            | {
                "platform": row["platform"] or "not told",
                "country": _folded(row["country"], len(people[row["country"]])),
            }
            for row in rows
        )


def active_users(reading: Reading) -> Rows:
    return reading.whole(reading.marts["active_users_daily"])


def lifecycle(reading: Reading) -> Rows:
    kept = ("week", "new_users", "returning_users", "resurrected_users", "dormant_users")
    rows = [row for row in reading.marts["lifecycle_weekly"] if reading.over(row["week"])]
    return [_only(row, *kept, "quick_ratio") for row in rows]


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
            _monday(_day(row["created_at"])),
            _folded(row["country_code"], people[row["country_code"]]),
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
    groups = _grouped(reading.sessions(), "date", "platform", "country")
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
        _only(row, *kept) | {"passed": f"{row['step']}. {row['event_name']}"}
        for row in reading.marts["funnel_steps"]
    ]


def features(reading: Reading) -> Rows:
    dau = {row["date"]: row["dau"] for row in reading.marts["active_users_daily"]}
    rows = reading.whole(reading.marts["feature_adoption"])
    return [_only(row, "date", "event_name", "users") | {"dau": dau[row["date"]]} for row in rows]


def social(reading: Reading) -> Rows:
    kept = ("date", "follows", "unfollows", "messages", "profile_views")
    return [_only(row, *kept) for row in reading.whole(reading.marts["social_daily"])]


def activity(reading: Reading) -> Rows:
    kept = ("date", "content_type", "views", "likes", "comments", "shares")
    return [
        _only(row, *kept) | {"reactions": row["likes"] + row["comments"] + row["shares"]}
        for row in reading.whole(reading.marts["content_daily"])
    ]


def _content(row: Row) -> Row:
    return {
        "content_type": row["content_type"],
        "content": row["content_ref"],
        "viewers": row["unique_views_count"],
        "shares": row["shares_count"],
    }


def top(reading: Reading) -> Rows:
    rows = [row for row in reading.marts["content_analytics"] if row["content_type"] != "comment"]
    rows.sort(key=lambda row: (-row["engagement_score"], row["content_ref"]))
    return [
        _content(row)
        | {
            "place": place,
            "engagement_score": row["engagement_score"],
            "views": row["views_count"],
            "likes": row["likes_count"],
            "comments": row["comments_count"],
            "saves": row["saves_count"],
        }
        for of_type in _grouped(rows, "content_type").values()
        for place, row in enumerate(of_type[:20], 1)
    ]


def rising(reading: Reading) -> Rows:
    rows = [row for row in reading.marts["content_rising"] if row["rise"] > 0]
    rows.sort(key=lambda row: (-row["rise"], -row["events"], row["content_ref"]))
    kept = ("content_type", "events", "events_before", "views", "views_before", "rise")
    return [
        _only(row, *kept) | {"content": row["content_ref"], "place": place}
        for of_type in _grouped(rows, "content_type").values()
        for place, row in enumerate(of_type[:20], 1)
    ]


def virality(reading: Reading) -> Rows:
    rows = [
        row
        for row in reading.marts["content_analytics"]
        if row["content_type"] != "comment" and row["unique_views_count"] and row["shares_count"]
    ]
    rows.sort(
        key=lambda row: (-row["virality_score"], -row["unique_views_count"], row["content_ref"])
    )
    return [
        _content(row) | {"virality_score": row["virality_score"]}
        for of_type in _grouped(rows, "content_type").values()
        for row in of_type[:200]
    ]


def members(reading: Reading) -> Rows:
    most = Counter[str]()
    for row in reading.marts["community_analytics"]:
        most[row["community_id"]] = max(most[row["community_id"]], row["members_count"])
    largest = sorted(most, key=lambda one: (-most[one], one))[:8]
    return [
        {
            "date": row["date"],
            "community": row["community_ref"],
            "members": row["members_count"],
            "active_members": row["active_members"],
            "posts": row["posts_count"],
            "comments": row["comments_count"],
        }
        for row in reading.whole(reading.marts["community_analytics"])
        if row["community_id"] in largest
    ]


FLOW = {
    "joined": "new_members",
    "went": "members_left",
    "posts": "posts_count",
    "comments": "comments_count",
    "interactions": "total_interactions",
}


def flow(reading: Reading) -> Rows:
    rows = [row | {"week": _monday(row["date"])} for row in reading.marts["community_analytics"]]
    return [
        {"week": week} | {name: sum(row[column] for row in its) for name, column in FLOW.items()}
        for (week,), its in _grouped(rows, "week").items()
        if reading.over(week)
    ]


def standing(reading: Reading) -> Rows:
    first = reading.as_of - timedelta(days=28)
    found = []
    for rows in _grouped(reading.marts["community_analytics"], "community_id").values():
        rows.sort(key=lambda row: row["date"])
        month = [row for row in rows if first <= row["date"] < reading.as_of]
        sums = {name: sum(row[column] for row in month) for name, column in FLOW.items()}
        del sums["interactions"]
        were = (month[0]["members_before"] if month else 0) + sums["joined"]
        found.append(
            {
                "community": rows[-1]["community_ref"],
                "members": rows[-1]["members_count"],
                "churn": four_places(Decimal(sums["went"]) / were) if were else None,
                **sums,
            }
        )
    return found


def errors(reading: Reading) -> Rows:
    rows = [
        row
        | {
            "date": _day(row["timestamp"]),
            "platform": row["platform"] or "not told",
            "category": row["category"] or "not told",
        }
        for row in reading.marts["error_logs"]
    ]
    keys = ("date", "platform", "severity", "category")
    return [
        dict(zip(keys, key, strict=True))
        | {"errors": len(its), "resolved": sum(row["resolved"] for row in its)}
        for key, its in _grouped(reading.whole(rows), *keys).items()
    ]


def error_rate(reading: Reading) -> Rows:
    by_date = _grouped(reading.marts["errors_daily"], "date")
    return [
        {
            "date": row["date"],
            "errors_per_1k_events": sum(
                one["errors_per_1k_events"] for one in by_date.get((row["date"],), [])
            ),
            "errors": sum(one["errors"] for one in by_date.get((row["date"],), [])),
        }
        for row in reading.whole(reading.marts["active_users_daily"])
    ]


def speed(reading: Reading) -> Rows:
    kept = ("date", "metric_name", "samples", "p50", "p75", "p95", "p99")
    rows = []
    for row in reading.whole(reading.marts["performance_daily"]):
        good, poor = VITALS.get(row["metric_name"], (None, None))
        limits = {"platform": row["platform"] or "not told", "good": good, "poor": poor}
        rows.append(_only(row, *kept) | limits)
    return rows


def anomalies(reading: Reading) -> Rows:
    kept = ("metric", "value", "median", "robust_z", "is_anomaly", "note")
    return [_only(row, *kept) | {"judged_date": row["date"]} for row in reading.marts["anomalies"]]


def split(reading: Reading) -> Rows:
    experiments = {row["id"]: row for row in reading.marts["experiments"]}
    rows = [row for row in reading.marts["experiment_assignments"] if not row["is_contaminated"]]
    found = []
    for (experiment,), its in _grouped(rows, "experiment_id").items():
        known = experiments[experiment]
        for variant, users in Counter(row["variant"] for row in its).items():
            found.append(
                {
                    "experiment": known["name"] or known["experiment_ref"],
                    "variant": variant,
                    "users": users,
                    "share": four_places(Decimal(users) / len(its)),
                    "planned_share": (known["traffic_allocation"] or {}).get(variant),
                }
            )
    return found


READINGS: dict[tuple[str, str], Callable[[Reading], Rows]] = {
    ("growth", "active_users"): active_users,
    ("growth", "lifecycle"): lifecycle,
    ("growth", "retention"): retention,
    ("growth", "platforms"): platforms,
    ("growth", "new_users"): new_users,
    ("engagement", "sessions"): sessions,
    ("engagement", "funnels"): funnels,
    ("engagement", "features"): features,
    ("engagement", "social"): social,
    ("content", "activity"): activity,
    ("content", "top"): top,
    ("content", "rising"): rising,
    ("content", "virality"): virality,
    ("communities", "members"): members,
    ("communities", "flow"): flow,
    ("communities", "standing"): standing,
    ("experiments", "split"): split,
    ("platform_health", "errors"): errors,
    ("platform_health", "error_rate"): error_rate,
    ("platform_health", "speed"): speed,
    ("data_quality", "anomalies"): anomalies,
}


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _minutes(durations: Iterable[timedelta]) -> Decimal:
    microseconds = sum(one // timedelta(microseconds=1) for one in durations)
    return (Decimal(microseconds) / 60_000_000).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _folded(place: str | None, people: int) -> str:
    if place is None:
        return "not told"
    return place if people >= FEW else "other"


def _only(row: Row, *columns: str) -> Row:
    return {column: row[column] for column in columns}


def _grouped(rows: Iterable[Row], *columns: str) -> dict[tuple[Any, ...], Rows]:
    groups: dict[tuple[Any, ...], Rows] = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in columns)].append(row)
    return groups


def comparable(rows: Sequence[Row]) -> list[str]:
    """Rows as sorted texts, numbers to the digits that survive the way through JSON."""
    return sorted(
        ", ".join(f"{name}={_spelled(value)}" for name, value in sorted(row.items()))
        for row in rows
    )


def _spelled(value: Any) -> str:
    if value is None or isinstance(value, bool | str):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return f"{float(value):.9g}"
