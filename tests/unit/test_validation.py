"""Verdicts: one table of every reason, then the bounds, one by one."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loaders.records.timestamps import parse_timestamp
from loaders.records.validation import REASONS, Entity, Event, Judge, Parts, Reject, Verdict

LOAD_TIME = datetime(2026, 5, 1, 12, tzinfo=UTC)
EVENT = {"eventId": "e1", "eventName": "page_view", "timestamp": "2026-04-30T10:00:00Z"}
ENTITY = {
    "entityType": "user",
    "entityId": "u1",
    "updatedAt": "2026-04-30T10:00:00Z",
    "data": {"username": "asha"},
}


def judge(record: object) -> Verdict:
    """The verdict on a record given as bytes or as what JSON makes of it."""
    text = record if isinstance(record, bytes) else json.dumps(record).encode()
    return Judge(LOAD_TIME).judge(text)


def reason(record: object) -> str | None:
    verdict = judge(record)
    return verdict.reason if isinstance(verdict, Reject) else None


def event(**fields: Any) -> Event:
    verdict = judge(EVENT | fields)
    assert isinstance(verdict, Event), verdict
    return verdict


def with_data(data: bytes) -> bytes:
    return json.dumps(EVENT).encode()[:-1] + b', "data": ' + data + b"}"


REJECTED: list[tuple[str, object]] = [
    ("not_utf8", b"\xff"),
    ("not_utf8", with_data(b'{"a": "\xc3"}')),
    ("not_utf8", with_data(b'{"a": "\xed\xa0\x80"}')),
    ("not_json", b"hello"),
    ("not_json", b"{"),
    ("not_json", b"{} {}"),
    ("not_json", b"{'a': 1}"),
    ("not_json", with_data(b'{"a": NaN}')),
    ("not_json", with_data(b'{"a": -Infinity}')),
    ("not_json", with_data(b'{"a": 01}')),
    ("not_json", with_data(b'{"a": .5}')),
    ("not_json", with_data(b'{"a": 1,}')),
    ("not_json", with_data(b'{"a": "\x01"}')),
    ("not_json", with_data(b'{"a": "\t"}')),
    ("not_json", with_data(rb'{"a": "\x41"}')),
    ("not_json", with_data(rb'{"a": "\u12"}')),
    ("not_json", b'\xef\xbb\xbf{"eventId": "not at the beginning of the file"}'),
    ("not_an_object", b"[]"),
    ("not_an_object", b'"text"'),
    ("not_an_object", b"null"),
    ("not_an_object", b"9" * 5000),
    ("unknown_kind", b"{}"),
    ("unknown_kind", {"eventId": None, "entityId": None}),
    ("unknown_kind", {"events": {}}),
    ("unknown_kind", {"events": None}),
    ("missing_key", {"eventId": "e1"}),
    ("missing_key", {"eventName": "page_view"}),
    ("missing_key", EVENT | {"timestamp": None}),
    ("missing_key", ENTITY | {"data": None}),
    ("missing_key", {"entityId": "u1"}),
    ("missing_key", EVENT | {"eventId": None, "events": []}),
    ("empty_key", EVENT | {"eventId": ""}),
    ("empty_key", EVENT | {"eventName": ""}),
    ("empty_key", EVENT | {"timestamp": ""}),
    ("empty_key", ENTITY | {"entityId": ""}),
    ("wrong_type", EVENT | {"eventId": 1}),
    ("wrong_type", EVENT | {"userId": 1}),
    ("wrong_type", EVENT | {"sessionId": ["s"]}),
    ("wrong_type", EVENT | {"timestamp": 1_700_000_000}),
    ("wrong_type", EVENT | {"clientTimestamp": {}}),
    ("wrong_type", EVENT | {"data": []}),
    ("wrong_type", EVENT | {"data": "{}"}),
    ("wrong_type", EVENT | {"metadata": False}),
    ("wrong_type", ENTITY | {"data": 1}),
    ("id_too_long", EVENT | {"eventId": "ॐ" * 201}),
    ("id_too_long", EVENT | {"userId": "u" * 201}),
    ("id_too_long", EVENT | {"sessionId": "s" * 201}),
    ("id_too_long", ENTITY | {"entityId": "u" * 201}),
    ("bad_timestamp", EVENT | {"timestamp": "2026-02-29T10:00:00Z"}),
    ("bad_timestamp", EVENT | {"receivedAt": "yesterday"}),
    ("bad_timestamp", EVENT | {"clientTimestamp": ""}),
    ("timestamp_too_early", EVENT | {"timestamp": "1999-12-31T23:59:59.999999Z"}),
    ("timestamp_too_early", EVENT | {"clientTimestamp": "1970-01-01T00:00:00Z"}),
    ("timestamp_too_early", ENTITY | {"updatedAt": "0001-01-01T00:00:00Z"}),
    ("timestamp_too_late", EVENT | {"timestamp": "2026-05-02T12:00:00.000001Z"}),
    ("timestamp_too_late", EVENT | {"receivedAt": "9999-12-31T23:59:59Z"}),
    ("unstorable_text", with_data(rb'{"a": "\u0000"}')),
    ("unstorable_text", with_data(rb'{"a\u0000": 1}')),
    ("unstorable_text", with_data(rb'{"a": "\ud800"}')),
    ("unstorable_text", with_data(rb'{"a": "\uDC00"}')),
    ("unstorable_text", with_data(rb'{"a": "\ud83d x \ude00"}')),
    ("unstorable_text", with_data(rb'{"a": "\ude00\ud83d"}')),
    ("unstorable_text", with_data(rb'{"a": "\\ud83d\ude00"}')),
    ("unstorable_text", b'{"entityId": "\\u0000"}'),
    ("unknown_entity_type", ENTITY | {"entityType": "post"}),
    ("unstorable_number", with_data(b'{"a": 1e131072}')),
    ("unstorable_number", with_data(b'{"a": 1E+999999999999}')),
    ("unstorable_number", with_data(b'{"a": [-1e-16384]}')),
    ("unstorable_number", with_data(b'{"a":1' + b"0" * 131_072 + b"}")),
    ("unstorable_number", with_data(b'{"a":0.' + b"0" * 16_384 + b"}")),
    ("unstorable_number", with_data(b'{"a":' + b"1" * 130_000 + b"e2000}")),
    ("unstorable_number", with_data(b'{"a":0.' + b"1" * 10_000 + b"e-9000}")),
    ("too_deep", with_data(b'{"a": ' + b"[" * 499 + b"]" * 499 + b"}")),
    ("too_deep", b"[" * 100_000),
    ("too_deep", b'{"events": [' + b'{"a":' * 100_000),
    ("too_large", b'{"a": "' + b"x" * 16 * 1024 * 1024 + b'"}'),
]


@pytest.mark.parametrize(("expected", "record"), REJECTED)
def test_an_illegal_record_is_rejected_for_its_reason(expected: str, record: object) -> None:
    assert reason(record) == expected


def test_every_reason_is_in_the_table() -> None:
    # Whom nobody has erased is not left out.
    assert {expected for expected, _ in REJECTED} == set(REASONS) - {"erased"}


@pytest.mark.parametrize(
    "record",
    [
        EVENT,
        EVENT | {"userId": None, "sessionId": None, "data": None, "metadata": None},
        EVENT | {"userId": "", "sessionId": ""},
        EVENT | {"eventId": "ॐ" * 200, "userId": "🙂" * 200, "sessionId": '\t\n\\"'},
        EVENT | {"eventName": "of no catalogue", "data": {"anything": [1, None, {}]}},
        EVENT | {"eventName": "n" * 5000},
        EVENT | {"timestamp": "2000-01-01T00:00:00Z"},
        EVENT | {"timestamp": "2026-05-02T12:00:00Z"},
        with_data(b'{"a": ' + b"[" * 498 + b"]" * 498 + b"}"),
        with_data(rb'{"a": "\ud83d\ude00 \\u0000 \\\\ud800 \u0041"}'),
        with_data(b'{"a": ' + b"7" * 400 + b"}"),
        with_data(b'{"a": 1e131071}'),
        with_data(b'{"a": 1e-16383}'),
        with_data(b'{"a": 0.0e99999}'),
        with_data(b'{"a": 0.001e+131074}'),
        with_data(b'{"a": 1e0000000000000001}'),
        with_data(b'{"a":' + b"1" * 131_072 + b"}"),
        with_data(b'{"a":0.' + b"0" * 16_383 + b"}"),
        with_data(b'{"a": "1e999999 and [[[[", "b": "\x7f"}'),
    ],
)
def test_a_legal_event_lands(record: object) -> None:
    assert isinstance(judge(record), Event)


@pytest.mark.parametrize("kind", ["user", "experiment", "community"])
def test_a_legal_entity_lands(kind: str) -> None:
    verdict = judge(ENTITY | {"entityType": kind, "entityId": "é" * 200})
    assert isinstance(verdict, Entity)
    assert (verdict.entity_type, bytes(verdict.data)) == (kind, b'{"username": "asha"}')


def test_text_goes_through_unparsed() -> None:
    data = b'{ "n" : 1.000e0,\t"big":' + b"7" * 400 + rb', "u": "\u00e9\/" }'
    verdict = judge(with_data(data))
    assert isinstance(verdict, Event)
    assert bytes(verdict.data) == data


def test_what_is_absent_is_an_empty_object() -> None:
    assert bytes(event().data) == bytes(event(metadata=None).metadata) == b"{}"


def test_other_keys_are_kept() -> None:
    verdict = judge(b'{"z": 1e2, "other": null, "entityId": "x", ' + json.dumps(EVENT).encode()[1:])
    assert isinstance(verdict, Event)
    assert verdict.other == b'{"z":1e2,"other":null,"entityId":"x"}'
    entity = judge(ENTITY | {'a "quoted" key': [1, 2]})
    assert isinstance(entity, Entity)
    assert entity.other == rb'{"a \"quoted\" key":[1, 2]}'
    assert event().other == b""


@pytest.mark.parametrize("other", ["", "aGk=", 1, {}, None])
def test_a_key_called_other_is_an_other_key(other: object) -> None:
    assert json.loads(event(other=other).other) == {"other": other}


def test_of_a_key_that_occurs_twice_the_last_counts() -> None:
    verdict = judge(b'{"eventId": 7, "data": [], ' + json.dumps(EVENT | {"data": {}}).encode()[1:])
    assert isinstance(verdict, Event)
    assert verdict.event_id == "e1"


def test_keys_may_be_escaped() -> None:
    assert isinstance(judge(json.dumps(EVENT).replace("eventId", r"event\u0049d").encode()), Event)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-04-30T10:00:00Z", "2026-04-30T10:00:00+00:00"),
        ("2026-04-30t10:00:00.5z", "2026-04-30T10:00:00.500000+00:00"),
        ("2026-04-30T10:00:00+05:45", "2026-04-30T04:15:00+00:00"),
        ("2026-04-30T10:00:00-23:59", "2026-05-01T09:59:00+00:00"),
        ("2026-04-30T10:00:00-00:00", "2026-04-30T10:00:00+00:00"),
        ("2026-04-30T10:00:00.123456999Z", "2026-04-30T10:00:00.123456+00:00"),
        ("2016-12-31T23:59:60.25Z", "2017-01-01T00:00:00.250000+00:00"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00+00:00"),
    ],
)
def test_timestamps_are_instants(text: str, instant: str) -> None:
    assert parse_timestamp(text).isoformat() == instant
    # As the verdict carries it, however it is spelt, it is that instant.
    assert datetime.fromisoformat(event(timestamp=text).timestamp).isoformat() == instant
    assert datetime.fromisoformat(event(receivedAt=text).received_at or "").isoformat() == instant


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-30",
        "2026-04-30T10:00:00",
        "2026-04-30 10:00:00Z",
        "2026-04-30T10:00Z",
        "2026-04-30T24:00:00Z",
        "2026-04-30T10:60:00Z",
        "2026-04-30T10:00:61Z",
        "2026-04-31T10:00:00Z",
        "2026-02-29T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "2026-00-01T10:00:00Z",
        "2026-04-00T10:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-04-30T10:00:00.Z",
        "2026-04-30T10:00:00+5:45",
        "2026-04-30T10:00:00+0545",
        "2026-04-30T10:00:00+24:00",
        "2026-04-30T10:00:00+05:60",
        "0001-01-01T00:00:00+00:01",
        "+2026-04-30T10:00:00Z",
        "2026-04-30T10:00:00Z\n",
        " 2026-04-30T10:00:00Z",
        "२०२६-04-30T10:00:00Z",
        "infinity",
        "now",
    ],
)
def test_what_is_not_rfc_3339_is_a_bad_timestamp(text: str) -> None:
    assert reason(EVENT | {"timestamp": text}) == "bad_timestamp"


def test_the_bounds_are_instants_not_texts() -> None:
    assert reason(EVENT | {"timestamp": "1999-12-31T23:59:59-01:00"}) is None
    assert reason(EVENT | {"timestamp": "2000-01-01T00:00:00+01:00"}) == "timestamp_too_early"
    assert reason(EVENT | {"timestamp": "2026-05-03T00:00:00+23:00"}) is None
    assert reason(EVENT | {"timestamp": "2026-05-02T12:00:00-00:01"}) == "timestamp_too_late"
    # A load time in any zone is the same time.
    elsewhere = LOAD_TIME.astimezone(None) + timedelta()
    assert Judge(elsewhere).judge(json.dumps(EVENT).encode()).__class__ is Event


def test_a_batch_is_taken_apart() -> None:
    text = b'{"sentAt": 1, "events" : [ {"a": 1},3 ,{"a": 1}, "\\ud800", {"a": "\\u0000"}]} '
    verdict = judge(text)
    assert isinstance(verdict, Parts)
    assert [part for _, part in verdict.records] == [
        *(b'{"a": 1}', b"3", b'{"a": 1}', rb'"\ud800"', rb'{"a": "\u0000"}')
    ]
    assert all(text[offset:].startswith(part) for offset, part in verdict.records)


def test_an_empty_batch_holds_no_record() -> None:
    assert judge({"events": []}) == Parts([])


def test_an_event_with_events_is_an_event() -> None:
    assert json.loads(event(events=[{}]).other) == {"events": [{}]}


def test_a_batch_in_a_batch_is_no_record() -> None:
    verdict = Judge(LOAD_TIME).judge_part(b'{"events": []}')
    assert isinstance(verdict, Reject)
    assert verdict.reason == "unknown_kind"


def test_carriage_returns_around_a_record_do_not_matter() -> None:
    assert isinstance(judge(b" \t" + json.dumps(EVENT).encode() + b"\r"), Event)
