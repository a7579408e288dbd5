"""Whatever the bytes, every record gets one verdict, and nothing of it is lost."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from loaders.sorting import Sorter
from loaders.splitting import split
from loaders.validation import REASONS, Entity, Event, Judge, Parts, Reject, Verdict
from tests.hostile_records import record_texts, tampered

JUDGE = Judge(datetime(2026, 5, 1, 12, tzinfo=UTC))


def flat(verdict: Verdict) -> Iterator[Event | Entity | Reject]:
    if isinstance(verdict, Parts):
        for _, part in verdict.records:
            yield JUDGE.judge_part(part)
    else:
        yield verdict


@given(record_texts() | st.binary())
def test_every_record_gets_a_verdict(text: bytes) -> None:
    for verdict in flat(JUDGE.judge(text)):
        assert isinstance(verdict, Event | Entity | Reject)
        if isinstance(verdict, Reject):
            assert verdict.reason in REASONS
            assert verdict.detail


@given(record_texts())
def test_the_quick_way_and_the_careful_way_agree(text: bytes) -> None:
    assert described(JUDGE.judge(text)) == described(JUDGE._judge_carefully(text))  # noqa: SLF001


def described(verdict: Verdict) -> object:
    if not isinstance(verdict, Event):
        return verdict if not isinstance(verdict, Entity) else (verdict, bytes(verdict.data))
    return (
        *(
            verdict.event_id,
            verdict.event_name,
            verdict.user_id or None,
            verdict.session_id or None,
        ),
        *(instant(verdict.timestamp), instant(verdict.client_timestamp)),
        *(
            instant(verdict.received_at),
            bytes(verdict.data),
            bytes(verdict.metadata),
            verdict.other,
        ),
    )


def instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


@given(record_texts())
def test_what_lands_of_an_event_is_what_the_record_says(text: bytes) -> None:
    verdict = JUDGE.judge(text)
    if isinstance(verdict, Event):
        record = json.loads(text, parse_int=str, parse_float=str)
        data = json.loads(bytes(verdict.data), parse_int=str, parse_float=str)
        others = json.loads(verdict.other or b"{}", parse_int=str, parse_float=str)
        assert (verdict.event_id, verdict.event_name) == (record["eventId"], record["eventName"])
        assert data == (record.get("data") or {})
        assert others.items() <= record.items()


@given(st.data(), st.lists(record_texts(), max_size=5), st.booleans(), st.integers(1, 200))
def test_records_read_are_records_landed_and_rejected(
    data: st.DataObject, texts: list[bytes], as_array: bool, size: int
) -> None:
    content = b"[" + b",".join(texts) + b"]" if as_array else b"\n".join(texts)
    content = data.draw(st.just(content) | tampered(content))
    sorter = Sorter(1, JUDGE)
    chunks = (content[start : start + size] for start in range(0, len(content), size))
    rows = [sorter.sort(block) for block in split(chunks)]
    written = [row for one in rows for row in (*one.events, *one.entities, *one.rejected)]
    numbers = sorted(int(row.split(b"\t")[1]) for row in written)
    assert numbers == list(range(1, len(written) + 1))
    assert all(row.count(b"\n") == 1 and row.endswith(b"\n") for row in written)
    assert {row.count(b"\t") for row in written} <= {11, 6, 7}
