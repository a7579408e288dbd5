"""Answers for "The platform" and "What is not counted"."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from statistics import median

from tests.oracle.identity import date_in

from .community import (
    ZONE,
    Community,
    Rows,
    answers,
    day_of,
    grouped,
    in_units_of,
    last,
    mean,
    rounded,
    share,
)

HOUR = timedelta(hours=1)
Kind = tuple[str | None, str]

GOOD = {"first_paint": 1800, "api_latency": 300}


@answers("Does more break than the week before?")
def broken(community: Community) -> Rows:
    dates = community.dates_back(14)
    recent, before = Counter[Kind](), Counter[Kind]()
    for error in community.marts["error_logs"]:
        day, kind = date_in(ZONE, error["timestamp"]), (error["category"], error["severity"])
        recent[kind] += day in dates[:7]
        before[kind] += day in dates[7:]
    rows = [
        {
            "category": category,
            "severity": severity,
            "last_week": recent[category, severity],
            "week_before": before[category, severity],
        }
        for category, severity in recent
        if recent[category, severity] or before[category, severity]
    ]
    return sorted(
        rows,
        key=lambda row: (
            -row["last_week"],
            -row["week_before"],
            last(row["category"]),
            row["severity"],
        ),
    )


@answers("How soon is it mended?")
def mended(community: Community) -> Rows:
    dates = community.dates_back(28)
    errors = (
        one for one in community.marts["error_logs"] if date_in(ZONE, one["timestamp"]) in dates
    )
    rows = []
    for (severity,), its in grouped(errors, "severity").items():
        took = [one["resolved_at"] - one["timestamp"] for one in its if one["resolved"]]
        rows.append(
            {
                "severity": severity,
                "errors": len(its),
                "users": len({one["user_id"] for one in its} - {None}),
                "resolved_share": share(len(took), len(its)),
                "median_hours": in_units_of(HOUR, median(took)) if took else None,
            }
        )
    return sorted(rows, key=lambda row: (-row["errors"], row["severity"]))


@answers("Is the application fast enough?")
def fast_enough(community: Community) -> Rows:
    dates = community.dates_back(28)
    measured = (
        one
        for one in community.marts["performance_metrics"]
        if date_in(ZONE, one["timestamp"]) in dates
    )
    rows = []
    for (name, platform), its in grouped(measured, "metric_name", "platform").items():
        values = [Decimal(one["metric_value"]) for one in its]
        rows.append(
            {
                "metric_name": name,
                "platform": platform,
                "samples": len(values),
                "p75": rounded(upper_quartile(values), 1),
                "good_share": mean(int(value <= GOOD[name]) for value in values),
            }
        )
    return sorted(rows, key=lambda row: (row["metric_name"], -row["samples"]))


def upper_quartile(values: Sequence[Decimal]) -> Decimal:
    """Continuous: between two values on the line from one to the other."""
    ordered, place = sorted(values), Decimal("0.75") * (len(values) - 1)
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    return below + (place - math.floor(place)) * (above - below)


@answers("What was out of the ordinary yesterday?")
def unusual(community: Community) -> Rows:
    columns = ("date", "metric", "value", "robust_z", "is_anomaly", "note")
    rows = [
        {column: one[column] for column in columns} | {"median": rounded(one["median"])}
        for one in community.marts["anomalies"]
    ]
    return sorted(
        rows,
        key=lambda row: (
            row["robust_z"] is None,
            -abs(row["robust_z"] or Decimal(0)),
            row["metric"],
        ),
    )


@answers("How much do we not see?")
def not_counted(community: Community) -> Rows:
    dates = community.dates_back(28)
    events = Counter[str]()
    users = defaultdict[str, set[str | None]](set)
    for one in community.judged:
        if day_of(one.event) in dates:
            events[one.status] += 1
            users[one.status].add(one.event.user)
    return [
        {
            "status": status,
            "events": count,
            "users": len(users[status] - {None}),
            "share": share(count, events.total()),
        }
        for status, count in events.most_common()
    ]
