"""Records read are those landed and rejected, replays included: as the tests and models see it."""

from datetime import UTC, datetime

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from expectations.raw.landing import LANDING
from loaders.records import validation
from loaders.replay.replaying import replay
from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess
from tests.hostile_records import record_texts
from tests.integration.conftest import Land, Query
from tests.integration.landing_content import ENTITY, EVENT
from tests.integration.marts import assert_full_refresh_changes_nothing, build
from tests.integration.replays import allow_shops, assert_reconciled, late, replay_later

RECONCILIATION = "assert_records_read_equal_landed_and_rejected"
# Of the loads here, 1 and 2 are of files, 3 is the replay of 1 and 4 that of 2.
REJECT_GONE = "delete from raw.rejected_records where load_id = 3"
FORGOTTEN = f"""
    with gone as ({REJECT_GONE})
    update raw.loads set records_read = 1, records_rejected = 0 where load_id = 3
"""
MIXED_UP = """
    update raw.loads set replays_load_id = null where load_id = 3;
    update raw.loads set replays_load_id = 1 where load_id = 4;
    update raw.loads set replays_load_id = 2 where load_id = 3;
"""
ROWS_OF_NO_LOAD = """
    insert into raw.events
    (load_id, record_number, event_id, event_name, "timestamp", data, metadata)
    values (99, 1, 'e', 'page_view', now(), '{}', '{}')
"""


def test_incremental_models_see_what_a_replay_lands(
    database: Settings, dbt: DbtInProcess, land: Land, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = "select event_ref from marts.events order by 1"
    user = "select user_ref, role from marts.users order by 1"
    ana = {"userId": "ana", "data": {"targetUserId": "bo"}, "eventName": "user_follow"}
    bo = ENTITY | {
        "entityId": "bo",
        "data": {"role": "premium"},
        "updatedAt": "1999-12-31T00:00:00Z",
    }
    land([EVENT, late("e2", **ana), bo, b"broken"])
    build(dbt, database, "--exclude-resource-type", "test")
    assert [row["event_ref"] for row in query(seen)] == ["e1"]

    monkeypatch.setattr(validation, "EARLIEST", datetime(1990, 1, 1, tzinfo=UTC))
    assert replay_later(database).records_standing == 1
    build(dbt, database, "--exclude-resource-type", "test")
    assert [row["event_ref"] for row in query(seen)] == ["e1", "e2"]
    assert query(user) == [
        {"user_ref": "ana", "role": "free"},
        {"user_ref": "bo", "role": "premium"},
    ]
    # The reconciliation is among the tests of this build.
    assert_full_refresh_changes_nothing(dbt, database, query)


@pytest.mark.parametrize(
    "harm",
    [
        "delete from raw.events where event_id = 'e2'",
        REJECT_GONE,
        FORGOTTEN,
        MIXED_UP,
    ],
    ids=["a landed record is gone", "a reject is gone", "a replay forgot", "replays mixed up"],
)
def test_the_reconciliation_notices(
    harm: str, database: Settings, dbt: DbtInProcess, land: Land
) -> None:
    land([EVENT, late("e2"), b"broken"])
    land([late("e3")])
    replay_later(database)
    execute(database, harm)
    assert not dbt.invoke(database, "test", "--select", RECONCILIATION).success


def test_what_is_not_yet_published_has_not_landed(
    database: Settings, dbt: DbtInProcess, land: Land
) -> None:
    land([EVENT, late("e2"), b"broken"])
    replay_later(database)
    execute(database, ROWS_OF_NO_LOAD)
    assert not dbt.invoke(database, "test", "--select", RECONCILIATION).success
    execute(database, "insert into raw.unpublished_loads values (99, now())")
    assert dbt.invoke(database, "test", "--select", RECONCILIATION).success


def execute(database: Settings, statement: str) -> None:
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute(statement.encode())


def test_the_gate_looks_at_what_still_stands(database: Settings, land: Land, query: Query) -> None:
    land([EVENT, *(late(f"late {number}") for number in range(5)), b"broken", b"broken too"])
    ratios = [query(LANDING.rows)[0]["reject_ratio"]]
    replay_later(database)
    ratios += [query(LANDING.rows)[0]["reject_ratio"]]
    assert [float(ratio) for ratio in ratios] == [0.875, 0.25]


@given(st.lists(st.lists(record_texts(), min_size=1, max_size=9), min_size=1, max_size=3))
@hypothesis_settings(
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_was_rejected_no_record_is_lost(
    database: Settings, land: Land, query: Query, files: list[list[bytes]]
) -> None:
    for texts in files:
        land(texts)
    assert_reconciled(query)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "EARLIEST", datetime(1990, 1, 1, tzinfo=UTC))
        replay(database, datetime(2040, 1, 1, tzinfo=UTC))
        assert_reconciled(query)
        allow_shops(patch)
        patch.setattr(validation, "ENTITY_TYPES", (*validation.ENTITY_TYPES, ""))
        replay(database, datetime(2040, 1, 1, tzinfo=UTC))
    assert_reconciled(query)
