"""Files into schema raw: exactly once, all or nothing, whatever happens meanwhile."""

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from loaders import copying, schema, storable
from loaders.errors import LoadError
from loaders.pipeline import FileOutcome, LoadSummary, Progress, Status, load
from loaders.settings import Settings
from tests.hostile_records import record_texts
from tests.integration.conftest import Query

EVENT = {"eventId": "e1", "eventName": "page_view", "timestamp": "2024-04-30T10:00:00Z"}
ENTITY = {
    "entityType": "user",
    "entityId": "u1",
    "updatedAt": "2024-04-30T10:00:00+05:45",
    "data": {"username": "asha"},
}
TABLES = ("events", "entities", "rejected_records", "loads")
# What a row says, without when and as which load it landed.
CONTENT = {
    "events": "record_number, event_id, event_name, user_id, data::text, other::text",
    "entities": "record_number, entity_id, data::text",
    "rejected_records": "record_number, line_number, byte_offset, reason, record",
    "loads": "landing_order, file_name, records_read, events_landed, records_rejected",
}


def lines(count: int, start: int = 0) -> bytes:
    return b"".join(
        json.dumps(EVENT | {"eventId": f"e{number}", "data": {"n": number}}).encode() + b"\n"
        for number in range(start, start + count)
    )


def content_of(query: Query) -> dict[str, list[dict[str, Any]]]:
    return {
        table: query(f"select {CONTENT[table]} from raw.{table} order by 1") for table in TABLES
    }


def nothing(query: Query) -> bool:
    return not any(content_of(query).values())


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    def written(content: bytes, name: str = "landing.jsonl") -> str:
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return written


def only(summary: LoadSummary) -> FileOutcome:
    (outcome,) = summary.files
    return outcome


def test_a_mixed_file_lands_whole(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    full = EVENT | {
        "eventId": 'e"2\\\t\n',
        "userId": "",
        "sessionId": "s\\N",
        "timestamp": "2024-04-30T10:00:00.1234567+05:45",
        "clientTimestamp": "2016-12-31T23:59:60Z",
        "receivedAt": "2024-04-30t04:15:01z",
        "data": {"tab\t": "back\\slash\n", "ॐ": "🙂", "big": 10**400},
        "sentBy": ["a\\b"],
    }
    records = [EVENT, full, ENTITY | {"etag": "x"}, {"events": [EVENT, ENTITY, 3]}]
    content = b"\r\n\n".join([json.dumps(one).encode() for one in records] + [b"broken \xff\x00"])
    path = file(content, "mixed 'file' \"of\" all.jsonl")
    outcome = only(load([path], database))
    assert outcome == FileOutcome(
        path, Status.LANDED, outcome.load_id, 7, 3, 2, 2, outcome.seconds, None
    )
    assert query("select * from raw.loads") == [
        {
            "load_id": outcome.load_id,
            "landing_order": 1,
            "content_sha256": query("select sha256(%s) as digest", content)[0]["digest"],
            "file_name": path,
            "file_bytes": len(content),
            "records_read": 7,
            "events_landed": 3,
            "entities_landed": 2,
            "records_rejected": 2,
            "landed_at": query("select landed_at from raw.events limit 1")[0]["landed_at"],
        }
    ]
    event = query("select * from raw.events where record_number = 2")[0]
    del event["landed_at"]
    assert event == {
        "load_id": outcome.load_id,
        "record_number": 2,
        "event_id": full["eventId"],
        "event_name": "page_view",
        "user_id": None,
        "session_id": "s\\N",
        "timestamp": datetime(2024, 4, 30, 4, 15, 0, 123456, tzinfo=UTC),
        "client_timestamp": datetime(2017, 1, 1, tzinfo=UTC),
        "received_at": datetime(2024, 4, 30, 4, 15, 1, tzinfo=UTC),
        "data": full["data"],
        "metadata": {},
        "other": {"sentBy": ["a\\b"]},
    }
    assert query("select record_number, entity_type, data, other from raw.entities order by 1") == [
        {"record_number": 3, "entity_type": "user", "data": ENTITY["data"], "other": {"etag": "x"}},
        {"record_number": 5, "entity_type": "user", "data": ENTITY["data"], "other": None},
    ]
    columns = "record_number, line_number, byte_offset, reason, record, record_bytes"
    assert query(f"select {columns} from raw.rejected_records order by 1") == [
        {
            "record_number": 6,
            "line_number": 7,
            "byte_offset": content.rindex(b"3]}"),
            "reason": "not_an_object",
            "record": b"3",
            "record_bytes": 1,
        },
        {
            "record_number": 7,
            "line_number": 9,
            "byte_offset": content.index(b"broken"),
            "reason": "not_utf8",
            "record": b"broken \xff\x00",
            "record_bytes": 9,
        },
    ]


def test_lines_arrays_and_batches_land_alike(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    records = [json.loads(line) for line in lines(2000).splitlines()]
    spellings = {
        "a.jsonl": lines(2000),
        "b.json": json.dumps(records, indent=2).encode(),
        "c.jsonl": b"".join(
            json.dumps({"events": records[start : start + 300]}).encode() + b"\n"
            for start in range(0, 2000, 300)
        ),
        "d.jsonl.gz": gzip.compress(b"\xef\xbb\xbf" + lines(2000).replace(b"\n", b"\r\n")),
    }
    summary = load([file(content, name) for name, content in spellings.items()], database)
    assert (summary.events_landed, summary.records_rejected) == (8000, 0)
    assert len(query(f"select distinct {CONTENT['events']} from raw.events")) == 2000


def test_the_same_bytes_land_once_under_any_name(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    first = only(load([file(lines(3), "a.jsonl")], database))
    before = content_of(query)
    again = only(load([file(lines(3), "b.json")], database))
    assert (again.status, again.load_id, again.records_read) == (
        *(Status.ALREADY_LANDED, first.load_id, 0),
    )
    assert content_of(query) == before


def test_an_empty_file_is_a_load_of_no_records(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    assert only(load([file(b"")], database)).status == Status.LANDED
    assert len(query("select * from raw.loads")) == 1


def test_a_refused_file_leaves_nothing_and_stops_nobody(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    broken = file(gzip.compress(lines(50_000))[:-5], "a.jsonl.gz")
    summary = load([broken, file(lines(3), "b.jsonl")], database)
    assert [one.status for one in summary.files] == [Status.REFUSED, Status.LANDED]
    assert "a.jsonl.gz" in (summary.files[0].reason or "")
    assert summary.files_refused == 1
    assert [row["event_id"] for row in query("select event_id from raw.events")] == [
        "e0",
        "e1",
        "e2",
    ]
    assert len(query("select * from raw.loads")) == 1


def test_a_file_that_changes_while_it_is_read_is_refused(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    path = file(lines(10_000))

    def grow(_: Progress) -> None:
        with Path(path).open("ab") as stream:
            stream.write(lines(1, start=10_000))

    assert only(load([path], database, grow)).status == Status.REFUSED
    assert nothing(query)
    assert only(load([path], database)).status == Status.LANDED


def test_rejected_records_are_kept_to_64_kib(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    load([file(b"\x00\\" * 100_000 + b"\n" + b"x" * (storable_limit() + 1))], database)
    kept = query(
        "select reason, record, record_bytes from raw.rejected_records order by record_number"
    )
    assert [row["reason"] for row in kept] == ["not_json", "too_large"]
    assert [row["record_bytes"] for row in kept] == [200_000, storable_limit() + 1]
    assert kept[0]["record"] == b"\x00\\" * 32 * 1024


def storable_limit() -> int:
    return 16 * 1024 * 1024


# A shell's background job starts with SIGINT ignored, which a terminal's does not.
COPYING_THEN_WAITING = """
import signal, sys, time
from loaders.pipeline import load
from loaders.settings import Settings
def wait(progress):
    print("copying", flush=True)
    time.sleep(60)
signal.signal(signal.SIGINT, signal.default_int_handler)
load(sys.argv[1:], Settings.from_environment(), wait)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_load_that_is_killed_leaves_what_a_clean_one_leaves(
    how: signal.Signals, database: Settings, file: Callable[..., str], query: Query
) -> None:
    path = file(lines(20_000) + b"broken\n")
    loader = subprocess.Popen(
        [sys.executable, "-c", COPYING_THEN_WAITING, path],
        env=os.environ | database.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with loader:
        assert loader.stdout is not None
        assert loader.stdout.readline() == b"copying\n"
        loader.send_signal(how)
    assert nothing(query)
    assert only(load([path], database)).status == Status.LANDED
    assert len(query("select from raw.events")) == 20_000
    assert len(query("select from raw.rejected_records")) == 1


def test_an_interrupt_leaves_nothing(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load([file(lines(10))], database, interrupt)
    assert nothing(query)


def test_many_loaders_of_one_file_land_it_once(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    path = file(lines(5000))
    with ThreadPoolExecutor() as pool:
        outcomes = [only(one) for one in pool.map(lambda _: load([path], database), range(4))]
    assert sorted(one.status for one in outcomes) == ["already_landed"] * 3 + ["landed"]
    assert len({one.load_id for one in outcomes}) == 1
    assert len(query("select from raw.events")) == 5000


def test_the_order_of_landing_is_the_order_of_commits(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    begun, may_go_on = threading.Event(), threading.Event()

    def hold(_: Progress) -> None:
        begun.set()
        may_go_on.wait(60)

    with ThreadPoolExecutor() as pool:
        slow = pool.submit(load, [file(lines(10), "slow.jsonl")], database, hold)
        assert begun.wait(60)
        quick = only(load([file(lines(10, start=10), "quick.jsonl")], database))
        may_go_on.set()
        late = only(slow.result(60))
    assert (late.load_id or 0) < (quick.load_id or 0)
    order = query("select load_id from raw.loads order by landing_order")
    assert [row["load_id"] for row in order] == [quick.load_id, late.load_id]


def test_loaders_of_many_files_do_not_hold_each_other_up(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    paths = [file(lines(300, start=300 * number), f"{number}.jsonl") for number in range(12)]
    with ThreadPoolExecutor(3) as pool:
        summaries = list(pool.map(lambda order: load(order, database), [paths, paths[::-1], paths]))
    assert sum(len(one.with_status(Status.LANDED)) for one in summaries) == 12
    assert query("select count(*), count(distinct event_id) as ids from raw.events") == [
        {"count": 3600, "ids": 3600}
    ]
    orders = query("select landing_order from raw.loads order by landed_at")
    assert sorted(row["landing_order"] for row in orders) == list(range(1, 13))


@given(st.lists(record_texts(), min_size=1, max_size=40))
@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_whatever_the_validation_lets_pass_postgresql_takes(
    database: Settings, tmp_path: Path, texts: list[bytes]
) -> None:
    path = tmp_path / "generated.jsonl"
    path.write_bytes(b"\n".join(texts))
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(copying, "copy_checked")
        assert only(load([str(path)], database)).status in (Status.LANDED, Status.ALREADY_LANDED)


def test_numbers_and_nesting_at_the_limit_are_taken(
    database: Settings, file: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(copying, "copy_checked")
    data = [
        b'{"a": 1e131071, "b": 1e-16383, "c": 0e99999, "d": 0.001e+131074}',
        b'{"a":' + b"1" * 131_072 + b', "b": 0.' + b"0" * 16_383 + b"}",
        b'{"a": ' + b"[" * 498 + b"]" * 498 + b"}",
        b'{"a": "' + b"x" * 8_000_000 + b'"}',
    ]
    head = json.dumps(EVENT).encode()[:-1] + b', "data": '
    summary = load([file(b"\n".join(head + one + b"}" for one in data))], database)
    assert (summary.events_landed, summary.records_rejected) == (4, 0)


def test_what_the_validation_misses_is_rejected_by_the_database(
    database: Settings,
    file: Callable[..., str],
    query: Query,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(storable, "is_unremarkable", lambda _: True)
    monkeypatch.setattr(storable, "check", lambda _: None)
    head = json.dumps(EVENT).encode()[:-1] + b', "data": '
    text, number = head + rb'{"a": "\u0000"}}', head + b'{"a": 1e999999}}'
    entity = json.dumps(ENTITY).encode().replace(b'"asha"', b"1e999999")
    batch = b'{"events": [' + lines(1).strip() + b", " + text + b"]}"
    content = (
        lines(3000) + b"\n".join((text, number, entity, b"broken", batch)) + b"\n" + lines(3000)
    )
    outcome = only(load([file(content)], database))
    assert (outcome.records_read, outcome.events_landed, outcome.records_rejected) == (
        6006,
        6001,
        5,
    )
    rejected = query("select record_number, reason, record from raw.rejected_records order by 1")
    assert rejected == [
        {"record_number": 3001, "reason": "unstorable_text", "record": text},
        {"record_number": 3002, "reason": "unstorable_number", "record": number},
        {"record_number": 3003, "reason": "unstorable_number", "record": entity},
        {"record_number": 3004, "reason": "not_json", "record": b"broken"},
        {"record_number": 3006, "reason": "unstorable_text", "record": text},
    ]


def test_a_wrong_password_is_said_in_one_line(database: Settings, file: Callable[..., str]) -> None:
    with pytest.raises(LoadError, match="password") as raised:
        load([file(lines(1))], replace(database, password="wrong"))  # noqa: S106
    assert "\n" not in str(raised.value)


def test_a_lost_connection_is_said_and_leaves_nothing(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    def cut(_: Progress) -> None:
        query("select pg_terminate_backend(pid) from pg_stat_activity where query like 'copy%%'")

    with pytest.raises(LoadError, match="not landed"):
        load([file(lines(20_000))], database, cut)
    assert nothing(query)


@pytest.mark.parametrize(("state", "todo"), [("53100", "room"), ("42501", "grant")])
def test_a_failing_server_is_said_with_what_to_do(
    state: str, todo: str, database: Settings, file: Callable[..., str], query: Query
) -> None:
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute(
            "create function raw.fail() returns trigger language plpgsql as"
            f" $$ begin raise exception 'it fails' using errcode = '{state}'; end $$;"
            " create trigger fail before insert on raw.events"
            " for each row execute function raw.fail()".encode()
        )
    with pytest.raises(LoadError, match=f"it fails.*{todo}"):
        load([file(lines(1))], database)
    assert nothing(query)


def test_migrations_are_applied_once(database: Settings, tmp_path: Path) -> None:
    second = tmp_path / "0002_more.sql"
    first = schema.MIGRATIONS / "0001_raw.sql"
    (tmp_path / first.name).write_bytes(first.read_bytes())
    second.write_text("create table raw.more (); create table raw.even_more ()")
    with psycopg.connect(database.conninfo()) as connection:
        assert schema.migrate(connection) == []
        assert schema.migrate(connection, tmp_path) == ["0002_more.sql"]
        assert schema.migrate(connection, tmp_path) == []
        second.write_text("create table raw.different ()")
        with pytest.raises(LoadError, match="0002_more"):
            schema.migrate(connection, tmp_path)
        (tmp_path / "0003_broken.sql").write_text("create table raw.half (); create nonsense")
        second.write_text("create table raw.more (); create table raw.even_more ()")
        with pytest.raises(psycopg.errors.SyntaxError):
            schema.migrate(connection, tmp_path)
        assert connection.execute("select to_regclass('raw.half')").fetchone() == (None,)


def test_everything_in_schema_raw_is_described(query: Query) -> None:
    assert not query(
        "select relname, attname from pg_class join pg_attribute on attrelid = pg_class.oid"
        " where relnamespace = 'raw'::regnamespace and relkind in ('r', 'p') and attnum > 0"
        " and (obj_description(pg_class.oid) is null"
        " or col_description(pg_class.oid, attnum) is null)"
    )


LOADING_THEN_TELLING_MEMORY = """
import re, sys
from pathlib import Path
from loaders.pipeline import load
from loaders.settings import Settings
summary = load(sys.argv[1:], Settings.from_environment())
# Not getrusage: its peak includes that of the process this one was started from.
(kilobytes,) = re.findall("VmHWM:[^0-9]*([0-9]+)", Path("/proc/self/status").read_text())
print(summary.events_landed, int(kilobytes) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
def test_a_big_array_is_landed_in_little_memory(
    database: Settings, file: Callable[..., str]
) -> None:
    path = file(b"[" + lines(100_000).rstrip().replace(b"\n", b",") + b"]", "big.json")
    ran = subprocess.run(
        [sys.executable, "-c", LOADING_THEN_TELLING_MEMORY, path],
        env=os.environ | database.environment(),
        capture_output=True,
        check=True,
    )
    events, megabytes = map(int, ran.stdout.split())
    assert events == 100_000
    assert megabytes < 150
