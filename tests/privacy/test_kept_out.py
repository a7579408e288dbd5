"""After an erasure nothing brings the person back: no late file, no load at work, no replay."""

from pathlib import Path
from typing import Any

import pytest

from loaders import landing_folder
from loaders.landing import register
from loaders.pipeline import Status, load
from loaders.replay.replaying import replay
from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Land, Query, write_ndjson
from tests.integration.marts import build
from tests.integration.replays import assert_reconciled
from tests.privacy import people
from tests.privacy.erasures import MADE, Connection, assert_nowhere, dump, erase
from tests.privacy.people import ERIKA, event

RECONCILIATION = "assert_records_read_equal_landed_and_rejected"


@pytest.mark.parametrize("workers", [1, 2])
def test_what_arrives_later_is_kept_out(
    land: Land,
    warehouse: Settings,
    connection: Connection,
    query: Query,
    tmp_path: Path,
    workers: int,
) -> None:
    land(MADE)
    erase(connection, warehouse)
    late = [
        *MADE,
        event("new", "page_view", ERIKA, data={"title": "é\\n"}),
        event("x", "page_view", "u"),
    ]
    path = write_ndjson(tmp_path / "late.jsonl", late)

    summary = load([str(path)], warehouse, workers=workers)

    assert_nowhere(dump(warehouse))
    assert summary.records_read == len(late)
    assert_reconciled(query)
    (counted,) = query(
        "select count(*) as records from raw.rejected_records where load_id ="
        " (select max(load_id) from raw.loads) and reason = 'erased'"
    )
    hers = [
        one
        for one in late
        if not isinstance(one, bytes) and ERIKA in (one.get("userId"), one.get("entityId"))
    ]
    assert counted["records"] == len(hers) + 2
    assert query("select from raw.events where event_id = 'x'")
    assert load([str(path)], warehouse).files[0].status is Status.ALREADY_LANDED


def test_a_load_that_began_before_leaves_her_out(
    land: Land,
    warehouse: Settings,
    connection: Connection,
    query: Query,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    land([people.user(ERIKA, "erika_m")])
    path = write_ndjson(tmp_path / "meanwhile.jsonl", [event("e", "page_view", ERIKA)])
    finish = register.finish

    def after_an_erasure(*arguments: Any) -> None:
        monkeypatch.setattr(register, "finish", finish)
        erase(connection, warehouse)
        finish(*arguments)

    monkeypatch.setattr(register, "finish", after_an_erasure)
    summary = load([str(path)], warehouse)

    assert (summary.events_landed, summary.records_rejected) == (0, 1)
    assert query("select from raw.events") == []


def mend(connection: Connection, event_id: str) -> None:
    """Make the rejected record of an event legal, as a later release of the loader might."""
    mended = connection.execute(
        "update raw.rejected_records"
        " set record = replace(convert_from(record, 'utf8'), '+99:99', '+00:00')::bytea"
        " where position(convert_to(%s, 'utf8') in record) > 0",
        [event_id],
    )
    assert mended.rowcount


def test_replays_stay_reconciled_and_bring_nothing_back(
    land: Land, warehouse: Settings, connection: Connection, query: Query, dbt: DbtInProcess
) -> None:
    never = {"timestamp": "2024-02-01T10:00:00+99:99"}
    hers, others = (event(f"bad_{who}", "page_view", who) | never for who in (ERIKA, "user_2"))
    land([*MADE, hers, others])
    mend(connection, "bad_erika")
    assert replay(warehouse).events_landed == 1

    erase(connection, warehouse)
    left_out = "select count(*) as rows from raw.rejected_records where reason = 'erased'"
    of_load = f"{left_out} and load_id = (select max(load_id) from raw.loads)"
    before = query(of_load)
    mend(connection, "bad_user_2")
    assert replay(warehouse).events_landed == 1

    assert query(of_load) == before
    assert_reconciled(query)
    assert_nowhere(dump(warehouse))
    build(dbt, warehouse, "--select", "stg_events", RECONCILIATION)


def test_a_file_that_names_her_is_not_kept(
    warehouse: Settings, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing_folder, "SETTLE_SECONDS", 0)
    warehouse.landing.mkdir(parents=True)
    write_ndjson(warehouse.landing / "old.jsonl", MADE)
    landing_folder.land_waiting(warehouse)
    erase(connection, warehouse)
    follow = event("f", "user_follow", "user_2", data={"targetUserId": ERIKA})

    write_ndjson(warehouse.landing / "old.jsonl", MADE)
    write_ndjson(warehouse.landing / "hers.jsonl", [event("h", "page_view", ERIKA)])
    write_ndjson(warehouse.landing / "about_her.jsonl", [follow])
    write_ndjson(warehouse.landing / "others.jsonl", [event("o", "page_view", "user_2")])
    landing_folder.land_waiting(warehouse)

    files = [path.name for path in warehouse.landing.rglob("*") if path.is_file()]
    assert files == ["others.jsonl"]
