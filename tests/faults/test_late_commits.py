"""A load that commits late, with a build in between, is seen by every model."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from loaders.pipeline import Progress, load
from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess
from tests.integration import hostile_community
from tests.integration.conftest import Query, write_ndjson
from tests.integration.landing_content import only
from tests.integration.marts import alone, assert_full_refresh_changes_nothing, build

# Every model knows what is new by the same bookkeeping, so a few stand for all.
MARTS = ("events", "users", "content_analytics")


def test_the_lower_load_id_that_commits_last_is_built_in_full(
    database: Settings, dbt: DbtInProcess, query: Query, tmp_path: Path
) -> None:
    made = hostile_community.records(seed=106)
    # Some events are in both: the first landed is the one that was committed first.
    early = str(write_ndjson(tmp_path / "early.jsonl", made[:80]))
    late = str(write_ndjson(tmp_path / "late.jsonl", made[60:]))
    begun, may_go_on = threading.Event(), threading.Event()

    def hold(_: Progress) -> None:
        begun.set()
        may_go_on.wait(120)

    with ThreadPoolExecutor() as pool:
        held = pool.submit(load, [late], database, hold)
        assert begun.wait(60)
        quick = only(load([early], database))
        try:
            build(dbt, database, *alone(*MARTS))
        finally:
            may_go_on.set()
        slow = only(held.result(60))
    assert (slow.load_id or 0) < (quick.load_id or 0)
    built_before = _events(query)
    assert built_before
    build(dbt, database, *alone(*MARTS))

    assert {row["event_ref"] for row in _events(query)} == {
        row["event_id"] for row in query("select event_id from raw.events")
    }
    # What was built stays what it was: no event is displaced by the load with the lower id.
    assert [row for row in _events(query) if row in built_before] == built_before
    assert_full_refresh_changes_nothing(dbt, database, query, marts=MARTS)


def _events(query: Query) -> list[dict[str, object]]:
    return query("select event_ref, event_name, event_data from marts.events order by id")
