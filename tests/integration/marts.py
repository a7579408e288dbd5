"""The marts as rows, and how two sets of rows differ: what tests of builds compare."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Query
from tests.oracle import expected_marts

RELATIONS = {
    "events": "marts.events",
    "users": "marts.users",
    "user_sessions": "marts.user_sessions",
    "user_interactions_daily": "marts.user_interactions_daily",
    "content_analytics": "marts.content_analytics",
    "community_analytics": "marts.community_analytics",
    "experiments": "marts.experiments",
    "experiment_assignments": "marts.experiment_assignments",
    "experiment_results": "marts.experiment_results",
    "int_experiment_statistics": "intermediate.int_experiment_statistics",
    "int_experiment_variants_counted": "intermediate.int_experiment_variants_counted",
    "consent_history": "privacy.consent_history",
    "error_logs": "marts.error_logs",
    "performance_metrics": "marts.performance_metrics",
    "active_users_daily": "metrics.active_users_daily",
    "sessions_daily": "metrics.sessions_daily",
    "social_daily": "metrics.social_daily",
    "content_daily": "metrics.content_daily",
    "content_rising": "metrics.content_rising",
    "errors_daily": "metrics.errors_daily",
    "performance_daily": "metrics.performance_daily",
    "feature_adoption": "metrics.feature_adoption",
    "retention_weekly": "metrics.retention_weekly",
    "lifecycle_weekly": "metrics.lifecycle_weekly",
    "funnel_steps": "metrics.funnel_steps",
    "attribution": "metrics.attribution",
    "conversion_credits": "metrics.conversion_credits",
    "anomalies": "metrics.anomalies",
}

VIEWS = ("path:dbt_project/models/events", "path:dbt_project/models/analyst")

Rows = list[dict[str, Any]]


def query_of(database: Settings) -> Query:
    """What the fixture `query` is, for a database that the test made itself."""

    def rows(statement: str, *parameters: object) -> Rows:
        with psycopg.connect(database.conninfo(), row_factory=dict_row) as connection:
            return connection.execute(statement.encode(), parameters or None).fetchall()

    return rows


def build(dbt: DbtInProcess, database: Settings, *arguments: str, zone: str = "UTC") -> None:
    """Build all but the views that hold no rows, and the unit tests, which need none."""
    dbt.build(
        database,
        *("--vars", f"{{reporting_timezone: {zone}}}"),
        *("--exclude", *VIEWS, "test_type:unit"),
        *arguments,
    )


def alone(*marts: str) -> tuple[str, ...]:
    """What builds some marts and what they are made of, as a build of everything costs seconds."""
    return ("--exclude-resource-type", "test", "--select", *(f"+{mart}" for mart in marts))


def every_row(query: Query, names: Iterable[str] = RELATIONS) -> dict[str, Rows]:
    """The rows of marts and metrics, of every one unless named, by the mart's name."""
    rows = {name: query(f"select * from {RELATIONS[name]}") for name in names}
    # What intermediates say of the build is another one's after a full refresh.
    return {name: [_without(row, "build_id") for row in rows[name]] for name in names}


def _without(row: dict[str, Any], column: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != column}


def assert_full_refresh_changes_nothing(
    dbt: DbtInProcess,
    database: Settings,
    query: Query,
    zone: str = "UTC",
    marts: Sequence[str] = (),
) -> None:
    """Refresh everything, or some marts alone, and fail with the rows that differ from before."""
    names = marts or tuple(RELATIONS)
    before = every_row(query, names)
    build(dbt, database, "--full-refresh", *(alone(*marts) if marts else ()), zone=zone)
    for name, rows in every_row(query, names).items():
        assert_same(name, before[name], rows)


def assert_equals_oracle(query: Query, files: Sequence[Path], zone: str = "UTC") -> None:
    """Fail where a mart differs from what the oracle makes of the files, landed in this order."""
    found = every_row(query)
    for name, expected in expected_marts(files, zone).items():
        # What the oracle knows nothing of (the ids of some rows) is for the full refresh to tell.
        columns = list(expected[0]) if expected else []
        chosen = [{column: row[column] for column in columns} for row in found[name]]
        assert_same(name, chosen, expected)


def assert_same(name: str, found: Rows, expected: Rows) -> None:
    """Fail with a few of the rows that one side has and the other has not."""
    lines = _differences(found, expected)
    assert not lines, "\n".join([name, *lines])


def _differences(left: Rows, right: Rows) -> list[str]:
    lefts, rights = ({_text(row) for row in rows} for rows in (left, right))
    only_left = [f"found: {row}" for row in sorted(lefts - rights)[:5]]
    only_right = [f"expected: {row}" for row in sorted(rights - lefts)[:5]]
    counts = [] if len(left) == len(right) else [f"{len(left)} rows against {len(right)}"]
    return [*counts, *only_left, *only_right]


def _text(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_plain(value)}" for name, value in sorted(row.items()))


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        # Not `normalize`, which rounds to the digits of the context: a value may have 400.
        return str(int(value)) if value == int(value) else f"{value:f}".rstrip("0")
    if isinstance(value, float):
        # The last digits of a double are the processor's, which may fuse two steps into one.
        return f"{value:.12g}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return str(value)
