"""Whatever the bytes, every record gets one verdict, and nothing of it is lost."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.loads import Load
from loaders.reading import splitting
from loaders.reading.splitting import split
from loaders.records.rows import RowWriter, number_of
from loaders.records.sorting import Sorter
from loaders.records.validation import REASONS, Entity, Event, Judge, Parts, Reject, Verdict
from tests.hostile_records import record_files, record_texts, tampered, wounds

LOAD_TIME = datetime(2026, 5, 1, 12, tzinfo=UTC)
JUDGE = Judge(LOAD_TIME)


@pytest.fixture(scope="module", autouse=True)
def _short_first_look() -> Iterator[None]:
    """Else a short file is in the first buffer as a whole, whatever the size of its chunks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitting, "FIRST_LINE_BYTES", 8)
        yield


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
    careful = described(JUDGE._judge_carefully(text))  # noqa: SLF001
    # Whatever the record before was like: it decides what is tried first.
    for had_others in (False, True):
        JUDGE._had_others = had_others  # noqa: SLF001
        assert described(JUDGE.judge(text)) == careful


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
    sorter = Sorter(RowWriter(Load(1, LOAD_TIME)), JUDGE)
    chunks = (content[start : start + size] for start in range(0, len(content), size))
    rows = [sorter.sort(block) for block in split(chunks)]
    written = [row for one in rows for row in (*one.events, *one.entities, *one.rejected)]
    assert sorted(map(number_of, written)) == list(range(1, len(written) + 1))
    assert sum(one.counts.records_read for one in rows) == len(written)


@pytest.mark.parametrize("kind", ["lines", "array", "batches"])
@given(st.data(), st.integers(1, 300))
def test_what_a_wound_does_not_touch_is_read_as_it_was(
    kind: str, data: st.DataObject, size: int
) -> None:
    file = data.draw(record_files(kind))
    wound = data.draw(wounds(file.content, first=kind == "array"))
    content = wound.to(file.content)
    chunks = (content[start : start + size] for start in range(0, len(content), size))
    judged = [
        verdict
        for block in split(chunks)
        for text in block.texts
        if text.strip()
        for verdict in flat(JUDGE.judge(text))
    ]
    found = {id_of(one): bytes(one.data) for one in judged if not isinstance(one, Reject)}
    for record in file.untouched(wound):
        data_of = json.loads(found[record.get("eventId") or record["entityId"]])
        assert data_of == record.get("data", {})


def id_of(landed: Event | Entity) -> str:
    return landed.event_id if isinstance(landed, Event) else landed.entity_id
