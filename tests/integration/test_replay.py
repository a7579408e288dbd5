"""Rejected records tried again: what lands, what stands, and that no record is lost or doubled."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import click.testing
import psycopg
import pytest

from loaders.landing import schema
from loaders.loads import Counts
from loaders.records import storable
from loaders.replay.replaying import ReplaySummary, replay
from loaders.settings import Settings
from orchestration.cli import main
from tests.integration.conftest import Land, Query
from tests.integration.landing_content import EVENT, content_of
from tests.integration.replays import (
    LATER,
    SHOP,
    allow_shops,
    assert_reconciled,
    late,
    replay_later,
)

REPLAYING = """
import sys
from datetime import datetime
from loaders.replay.replaying import replay
from loaders.settings import Settings
replay(Settings.from_environment(), datetime.fromisoformat(sys.argv[1]))
"""


def test_what_is_legal_now_lands_under_the_number_it_had(
    database: Settings, land: Land, query: Query
) -> None:
    batch = json.dumps({"events": [EVENT | {"eventId": "b"}, late("in a batch", data={"a": "\\"})]})
    land([EVENT, b"broken \xff", late("tab\t\\"), SHOP, batch.encode()])
    (first,) = query("select * from raw.loads")
    places = "record_number, line_number, byte_offset, record, record_bytes"
    before = query(f"select {places} from raw.open_rejects order by 1")
    assert [row["record_number"] for row in before] == [2, 3, 4, 6]

    summary = replay_later(database)

    assert [one.counts for one in summary.loads] == [Counts(2, 0, 2)]
    assert (summary.events_landed, summary.records_standing, summary.records_cut) == (2, 2, 0)
    landed = query("select record_number, event_id, data from raw.events order by load_id, 1")
    assert [(row["record_number"], row["event_id"]) for row in landed] == [
        *((1, "e1"), (5, "b")),
        *((3, "tab\t\\"), (6, "in a batch")),
    ]
    assert landed[-1]["data"] == {"a": "\\"}
    again = [row for row in before if row["record_number"] in (2, 4)]
    assert query(f"select {places} from raw.open_rejects order by 1") == again
    (second,) = query("select * from raw.loads where replays_load_id is not null")
    assert second["replays_load_id"] == first["load_id"]
    assert second["file_name"] == first["file_name"]
    assert second["file_bytes"] == sum(row["record_bytes"] for row in before)
    assert second["records_read"] == first["records_rejected"] == 4
    assert second["landing_order"] > first["landing_order"]
    assert_reconciled(query)


def test_a_replay_is_replayed_in_its_turn(
    database: Settings, land: Land, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    land([late("e2"), SHOP, b"broken"])
    land([SHOP | {"entityId": "s2"}, EVENT])
    assert replay_later(database).events_landed == 1
    assert_reconciled(query)
    allow_shops(monkeypatch)
    summary = replay_later(database)
    assert [one.counts for one in summary.loads] == [Counts(0, 1, 0), Counts(0, 1, 1)]
    assert_reconciled(query)
    chain = query("select replays_load_id, records_rejected from raw.loads order by load_id")
    assert [row["records_rejected"] for row in chain] == [3, 1, 2, 0, 1]
    assert summary.records_standing == 1


def test_a_second_replay_changes_nothing(database: Settings, land: Land, query: Query) -> None:
    land([late("e2"), b"broken"])
    land([b"broken too"])
    replay_later(database)
    before = content_of(query)
    summary = replay_later(database)
    assert (summary.loads, summary.records_standing) == ((), 2)
    assert content_of(query) == before


def test_with_nothing_rejected_there_is_nothing_to_replay(database: Settings, land: Land) -> None:
    assert replay(database) == ReplaySummary((), 0, 0)
    land([EVENT])
    assert replay(database) == ReplaySummary((), 0, 0)


def test_what_was_not_kept_whole_stands_as_it_was_rejected(
    database: Settings, land: Land, query: Query
) -> None:
    land([late("long", data={"text": "x" * 70_000}), late("short")])
    summary = replay_later(database)
    assert (summary.events_landed, summary.records_standing, summary.records_cut) == (1, 1, 1)
    (stands,) = query("select reason, record, record_bytes from raw.open_rejects")
    assert stands["reason"] == "timestamp_too_late"
    assert len(stands["record"]) == 64 * 1024 < stands["record_bytes"]
    assert_reconciled(query)


def test_what_postgresql_refuses_once_more_stands(
    database: Settings, land: Land, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    nul = json.dumps(EVENT | {"data": {"a": "\0"}}).encode()
    land([nul])
    land([nul, late("e2"), nul])
    monkeypatch.setattr(storable, "is_unremarkable", lambda _: True)
    monkeypatch.setattr(storable, "check", lambda _: None)
    summary = replay_later(database)
    assert [one.counts for one in summary.loads] == [Counts(1, 0, 2)]
    assert query("select count(*) from raw.loads") == [{"count": 3}]
    details = query("select distinct detail from raw.open_rejects where detail like 'PostgreSQL%%'")
    assert len(details) == 1
    assert_reconciled(query)


def test_replays_at_once_replay_once(database: Settings, land: Land, query: Query) -> None:
    for number in range(3):
        land([late(f"{number} {one}") for one in range(300)] + [b"broken %d" % number])
    with ThreadPoolExecutor(4) as pool:
        summaries = list(pool.map(lambda _: replay_later(database), range(4)))
    assert sum(one.events_landed for one in summaries) == 900
    assert len(query("select from raw.loads where replays_load_id is not null")) == 3
    assert len(query("select distinct event_id from raw.events")) == 900
    assert_reconciled(query)


def test_a_replay_that_is_killed_leaves_nothing(
    database: Settings, land: Land, query: Query
) -> None:
    land([late(f"e{number}") for number in range(1000)] + [b"broken"])
    before = content_of(query)
    moment = (datetime.now(UTC) + LATER).isoformat()
    with psycopg.connect(database.conninfo(), autocommit=True) as holder:
        # Its last step before the commit waits for this.
        holder.execute("select pg_advisory_lock(%s)", (schema.LANDING_ORDER_LOCK,))
        with subprocess.Popen(
            [sys.executable, "-c", REPLAYING, moment], env=os.environ | database.environment()
        ) as replaying:
            wait_until(query, "wait_event = 'advisory'")
            replaying.send_signal(signal.SIGKILL)
    wait_until(query, "application_name = 'chhimeki replay'", gone=True)
    assert content_of(query) == before
    assert replay_later(database).events_landed == 1000
    assert_reconciled(query)


def wait_until(query: Query, what: str, *, gone: bool = False) -> None:
    """Wait for a session of which something is true, or until there is none."""
    until = time.monotonic() + 60
    while bool(query(f"select from pg_stat_activity where {what}")) == gone:
        assert time.monotonic() < until, f"waited in vain: {what}"
        time.sleep(0.02)


def test_the_commands_tell_what_stands_and_what_was_replayed(
    database: Settings, land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = database.environment()

    def chhimeki(*arguments: str) -> list[str]:
        done = click.testing.CliRunner().invoke(main, arguments, env=environment)
        assert (done.exit_code, done.stderr) == (0, "")
        lines: list[str] = done.stdout.splitlines()
        assert all(line.isprintable() for line in lines)
        return lines

    assert chhimeki("rejects") == ["no record stands rejected"]
    land([SHOP, *[b"\x1b[31m \xe0"] * 3])
    table = chhimeki("rejects")
    assert [line.split()[0] for line in table[1:-1:2]] == ["not_utf8", "unknown_entity_type"]
    assert table[-1].startswith("4 records stand rejected.")
    by_reason = [json.loads(line) for line in chhimeki("rejects", "--json")]
    assert [(one["reason"], one["records"]) for one in by_reason] == [
        ("not_utf8", 3),
        ("unknown_entity_type", 1),
    ]
    shown = chhimeki("rejects", "--reason", "not_utf8", "--limit", "2")
    second = len(json.dumps(SHOP)) + 1
    places = [line.split(":")[1] for line in shown[:-1:2]]
    assert places == [f"2 (byte {second})", f"3 (byte {second + 8})"]
    assert shown[1] == r"    \x1b[31m \xe0"
    assert shown[-1].startswith("… and 1 more")
    (record,) = chhimeki("rejects", "--reason", "unknown_entity_type", "--json")
    assert json.loads(record)["record_bytes"] == len(json.dumps(SHOP))
    assert chhimeki("rejects", "--reason", "too_deep") == ["no record stands rejected as too_deep"]
    assert chhimeki("replay")[0].startswith("nothing to replay: 4 records stand rejected")
    allow_shops(monkeypatch)
    told = chhimeki("replay")
    assert "1 entities, 3 rejected again of 4 records" in told[0]
    assert told[1].startswith("0 events, 1 entities landed; 3 records stand rejected.")
