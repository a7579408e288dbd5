"""Anomalies of daily metrics, as `metrics.anomalies` judges its newest date.

What flows through: a connection in, causes out.
Belongs here: reading that view. Does not belong here: what an anomaly is (the model says that).
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from expectations.rules import Severity
from orchestration.alerts.causes import Cause, Kind

ANOMALIES = "metrics.anomalies"

NEWEST_ANOMALIES = """
    select to_char(date, 'YYYY-MM-DD'), metric, value::float, median::float, robust_z::float
    from metrics.anomalies
    where is_anomaly
    order by metric
"""


def anomalies(connection: Connection[Any]) -> list[Cause]:
    """Say which metrics are far off on the newest date that is judged.

    Args:
        connection: To a warehouse in which `metrics.anomalies` is built.

    Returns:
        One cause a metric. One that stays far off in the same direction is one cause, however many
        dates that is.
    """
    return [_cause(*row) for row in connection.execute(NEWEST_ANOMALIES)]


def _cause(date: str, metric: str, value: float, median: float, robust_z: float) -> Cause:
    side = "above" if robust_z > 0 else "below"
    return Cause(
        key=f"anomaly:{metric}:{side}",
        kind=Kind.ANOMALY,
        severity=Severity.WARNING,
        text=f"{metric} was {value:,g} on {date}, far {side} its median of {median:,g}"
        f" (robust z-score {robust_z:.1f})",
    )
