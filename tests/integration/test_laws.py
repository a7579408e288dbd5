"""Law 1: whatever lands in whatever order and batches, the marts equal a full refresh.

Each seed lands a hostile little community in random files with a build after each, then compares
every mart and metric, row for row, with a full refresh of the same raw tables, and with the
independent reading of the definitions in `tests.oracle`. To replay one seed of `make test-deep`:

    TEST_DEPTH=deep pytest tests/integration/test_laws.py -k seed17
"""

from pathlib import Path

import pytest

from loaders.pipeline import load
from loaders.settings import Settings
from loaders.simulation import SimulationPlan, write
from tests.conftest import DEEP
from tests.dbt_in_process import DbtInProcess
from tests.integration import hostile_community
from tests.integration.conftest import Query, write_ndjson
from tests.integration.marts import (
    assert_equals_oracle,
    assert_full_refresh_changes_nothing,
    build,
)


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
        build(dbt, database, "--exclude-resource-type", "test", zone=zone)

    assert_equals_oracle(query, files, zone)
    assert_full_refresh_changes_nothing(dbt, database, query, zone)


def test_a_believable_community_equals_the_oracle(
    database: Settings, dbt: DbtInProcess, query: Query, tmp_path: Path
) -> None:
    files = write(SimulationPlan(users=60, days=12), tmp_path)
    load([str(path) for path in files], database)
    build(dbt, database)

    assert_equals_oracle(query, files)
