"""`metrics.performance_daily`."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from .identity import date_in

PERCENTILES = {"p50": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}
# Beyond these a value is taken for the nearest of them, below it for zero.
LARGEST, SMALLEST = Decimal("1e300"), Decimal("1e-300")


def performance_daily(measurements: Sequence[dict[str, Any]], zone: str) -> list[dict[str, Any]]:
    """One row a date, metric and platform. `measurements` are rows of `performance_metrics`."""
    groups: dict[tuple[date, str, str | None], list[float]] = defaultdict(list)
    for row in measurements:
        key = date_in(zone, row["timestamp"]), row["metric_name"], row["platform"]
        groups[key].append(_as_double(Decimal(row["metric_value"])))
    return [
        {
            "date": day,
            "metric_name": name,
            "platform": platform,
            "samples": len(values),
            **{column: _percentile(share, sorted(values)) for column, share in PERCENTILES.items()},
        }
        for (day, name, platform), values in groups.items()
    ]


def _as_double(value: Decimal) -> float:
    if abs(value) < SMALLEST:
        return 0.0
    return float(min(max(value, -LARGEST), LARGEST))


def _percentile(share: float, values: list[float]) -> float:
    """Continuous: between two samples on the line from one to the other."""
    position = share * (len(values) - 1)
    below, above = values[math.floor(position)], values[math.ceil(position)]
    return below + (position - math.floor(position)) * (above - below)
