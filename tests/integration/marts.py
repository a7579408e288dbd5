"""The marts as rows, and how two sets of rows differ: what tests of builds compare."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Query

RELATIONS = {
    "events": "marts.events",
    "users": "marts.users",
    "user_sessions": "marts.user_sessions",
    "user_interactions_daily": "marts.user_interactions_daily",
    "active_users_daily": "metrics.active_users_daily",
}

Rows = list[dict[str, Any]]


def build(dbt: DbtInProcess, database: Settings, *arguments: str, zone: str = "UTC") -> None:
    """Build all but the typed views, which hold no rows, and the unit tests, which need none."""
    dbt.build(
        database,
        *("--vars", f"{{reporting_timezone: {zone}}}"),
        *("--exclude", "path:dbt_project/models/events", "test_type:unit"),
        *arguments,
    )


def every_row(query: Query) -> dict[str, Rows]:
    """The rows of every mart and metric, by the mart's name."""
    return {name: query(f"select * from {relation}") for name, relation in RELATIONS.items()}


def assert_full_refresh_changes_nothing(
    dbt: DbtInProcess, database: Settings, query: Query, zone: str = "UTC"
) -> None:
    """Refresh everything and fail with the rows that were not there before, or no longer are."""
    before = every_row(query)
    build(dbt, database, "--full-refresh", zone=zone)
    for name, rows in every_row(query).items():
        assert_same(name, before[name], rows)


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
        return str(value.normalize())
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    return str(value)
