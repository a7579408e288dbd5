"""Law 1: whatever lands in whatever order and batches, the marts equal a full refresh.

Each seed lands a hostile little community in random files with a build after each, then compares
every mart and metric, row for row, with a full refresh of the same raw tables, and with the
independent reading of the definitions in `tests.oracle`. To replay one seed of `make test-deep`:

    TEST_DEPTH=deep pytest tests/integration/test_laws.py -k seed17
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from loaders.pipeline import load
from loaders.settings import Settings
from tests.conftest import DEEP
from tests.dbt_in_process import DbtInProcess
from tests.integration import hostile_community
from tests.integration.conftest import Query, write_ndjson
from tests.oracle import expected_marts

RELATIONS = {
    "events": "marts.events",
    "users": "marts.users",
    "user_sessions": "marts.user_sessions",
    "user_interactions_daily": "marts.user_interactions_daily",
    "active_users_daily": "metrics.active_users_daily",
}

Rows = list[dict[str, Any]]


@pytest.mark.parametrize("seed", range(50) if DEEP else [1, 2], ids=lambda seed: f"seed{seed}")
def test_incremental_builds_equal_a_full_refresh_and_the_oracle(
    seed: int, database: Settings, dbt: DbtInProcess, query: Query, tmp_path: Path
) -> None:
    zone = "Asia/Kathmandu" if seed % 2 else "UTC"
    made = hostile_community.records(seed)
    files = []
    for number, batch in enumerate(hostile_community.batches(seed, made, most=5)):
        files.append(write_ndjson(tmp_path / f"{number}.jsonl", batch))
        load([str(files[-1])], database)
        _build(dbt, database, zone, "--exclude-resource-type", "test")
    incremental = {name: _rows(query, relation) for name, relation in RELATIONS.items()}

    _build(dbt, database, zone, "--full-refresh")
    for name, relation in RELATIONS.items():
        assert _differences(incremental[name], _rows(query, relation)) == [], name

    for name, rows in expected_marts(files, zone=zone).items():
        columns = list(rows[0])
        found = [{column: row[column] for column in columns} for row in incremental[name]]
        assert _differences(found, rows) == [], f"{name} against the oracle"


def _build(dbt: DbtInProcess, database: Settings, zone: str, *arguments: str) -> None:
    dbt.build(
        database,
        *("--vars", f"{{reporting_timezone: {zone}}}"),
        *("--exclude", "path:dbt_project/models/events", "test_type:unit"),
        *arguments,
    )


def _rows(query: Query, relation: str) -> Rows:
    return query(f"select * from {relation}")


def _differences(left: Rows, right: Rows) -> list[str]:
    """Rows that one side has and the other has not, as text, at most a few of each."""
    lefts, rights = ({_text(row) for row in rows} for rows in (left, right))
    only_left = [f"only left: {row}" for row in sorted(lefts - rights)[:5]]
    only_right = [f"only right: {row}" for row in sorted(rights - lefts)[:5]]
    counts = [] if len(left) == len(right) else [f"{len(left)} rows against {len(right)}"]
    return [*counts, *only_left, *only_right]


def _text(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_plain(value)}" for name, value in sorted(row.items()))


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)
