"""Experiments, platform health, data quality: what their queries have to answer."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from tests.dashboards.readings.reading import (
    Reading,
    Rows,
    day_of,
    grouped,
    only,
)
from tests.oracle.identity import four_places

VITALS = {"first_paint": (1800, 3000)}


def errors(reading: Reading) -> Rows:
    rows = [
        row
        | {
            "date": day_of(row["timestamp"]),
            "platform": row["platform"] or "not told",
            "category": row["category"] or "not told",
        }
        for row in reading.marts["error_logs"]
    ]
    keys = ("date", "platform", "severity", "category")
    return [
        dict(zip(keys, key, strict=True))
        | {"errors": len(its), "resolved": sum(row["resolved"] for row in its)}
        for key, its in grouped(reading.whole(rows), *keys).items()
    ]


def error_rate(reading: Reading) -> Rows:
    by_date = grouped(reading.marts["errors_daily"], "date")
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
        rows.append(only(row, *kept) | limits)
    return rows


def anomalies(reading: Reading) -> Rows:
    kept = ("metric", "value", "median", "robust_z", "is_anomaly", "note")
    return [only(row, *kept) | {"judged_date": row["date"]} for row in reading.marts["anomalies"]]


def split(reading: Reading) -> Rows:
    experiments = {row["id"]: row for row in reading.marts["experiments"]}
    rows = [row for row in reading.marts["experiment_assignments"] if not row["is_contaminated"]]
    found = []
    for (experiment,), its in grouped(rows, "experiment_id").items():
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
