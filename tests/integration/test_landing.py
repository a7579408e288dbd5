"""Files into schema raw: what lands, what is rejected, what is refused."""

import gzip
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from loaders.landing import copying
from loaders.pipeline import FileOutcome, Progress, Status, load
from loaders.records import storable
from loaders.settings import Settings
from tests.integration.conftest import Query
from tests.integration.landing_content import (
    CONTENT,
    ENTITY,
    EVENT,
    content_of,
    lines,
    nothing,
    only,
)


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
            "replays_load_id": None,
            "names_erased": False,
            "events_dropped": 0,
            "entities_dropped": 0,
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


def grow(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(lines(1, start=10_000))


def shrink(path: Path) -> None:
    os.truncate(path, 1000)


def overwrite(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.write(b" " * 1000)


@pytest.mark.parametrize("change", [grow, shrink, overwrite])
@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "compressed"])
def test_a_file_that_changes_while_it_is_read_does_not_land(
    change: Callable[[Path], None],
    compress: Callable[[bytes], bytes],
    database: Settings,
    file: Callable[..., str],
    query: Query,
) -> None:
    content = compress(os.urandom(1_000_000).hex().encode() + b"\n" + lines(10_000))
    path = file(content)
    outcome = only(load([path], database, lambda _: change(Path(path))))
    assert outcome.status == Status.CHANGED
    assert "while it was read" in (outcome.reason or "")
    assert nothing(query)
    Path(path).write_bytes(content)
    assert only(load([path], database)).status == Status.LANDED


def test_a_file_that_is_replaced_while_it_is_read_lands_as_it_was(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    path = file(lines(10_000))

    def replace(_: Progress) -> None:
        Path(path).unlink(missing_ok=True)
        Path(path).write_bytes(lines(1))

    assert only(load([path], database, replace)).events_landed == 10_000
    assert query("select max((data ->> 'n')::int) as last from raw.events") == [{"last": 9999}]


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
