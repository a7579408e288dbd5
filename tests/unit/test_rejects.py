"""Rejected records without a server: what they become when judged again, and how they are told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click.testing
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.loads import Counts
from loaders.records.validation import REASONS, Event, Judge, Reject
from loaders.replay.rejects import OpenReason, OpenReject, Rejected
from loaders.replay.rejudging import verdict
from loaders.replay.replaying import OpenLoad, ReplayedLoad, ReplaySummary
from orchestration import rejects
from orchestration.cli import main

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATE = b'{"eventId": "e", "eventName": "page_view", "timestamp": "2026-11-24T18:00:00Z"}'
REJECTED = Rejected(3, 17, 19, 1234, "timestamp_too_late", "too late", LATE, len(LATE))
OPEN = OpenReject(**vars(REJECTED), file_name="a.jsonl", landed_at=NOON)
CUT = replace(REJECTED, record_bytes=len(LATE) + 1)
Invoke = Callable[..., click.testing.Result]


def test_a_timestamp_becomes_legal_with_time() -> None:
    still = verdict(REJECTED, Judge(NOON))
    assert isinstance(still, Reject)
    assert still.reason == "timestamp_too_late"
    assert isinstance(verdict(REJECTED, Judge(NOON + timedelta(hours=6))), Event)


def test_of_a_record_that_was_cut_the_first_verdict_stands() -> None:
    assert verdict(CUT, Judge(NOON + timedelta(days=9))) == Reject("timestamp_too_late", "too late")


def test_a_batch_stays_rejected() -> None:
    batch = b'{"events": [' + LATE + b"]}"
    whole = replace(REJECTED, record=batch, record_bytes=len(batch))
    again = verdict(whole, Judge(NOON + timedelta(days=9)))
    assert isinstance(again, Reject)
    assert again.reason == "unknown_kind"


def test_every_reason_is_explained_in_a_line() -> None:
    assert tuple(rejects.MEANINGS) == REASONS
    assert all(20 < len(one) < 90 and one.isprintable() for one in rejects.MEANINGS.values())


def test_reasons_are_told_with_an_example_and_a_meaning() -> None:
    reasons = [
        OpenReason("not_json", 1234, NOON, "landing/a.jsonl", 17),
        OpenReason("too_deep", 1, NOON, "\x1b]0;b", 1),
    ]
    last = (
        "1,235 records stand rejected. `chhimeki rejects --reason not_json` shows them; `chhimeki"
        " replay` tries all again."
    )
    assert rejects.table(reasons) == [
        "reason                   records  newest (UTC)      for example",
        "not_json                   1,234  2026-11-23 12:00  landing/a.jsonl:17",
        f"    {rejects.MEANINGS['not_json']}",
        "too_deep                       1  2026-11-23 12:00  \\x1b]0;b:1",
        f"    {rejects.MEANINGS['too_deep']}",
        last,
    ]
    assert rejects.table([]) == ["no record stands rejected"]


def test_a_record_is_shown_with_its_place_and_its_beginning() -> None:
    assert rejects.shown(replace(OPEN, record=b"{\x1b[31m\n\xff", record_bytes=8)) == [
        "a.jsonl:19 (byte 1234): too late",
        r"    {\x1b[31m\n\xff",
    ]
    long = rejects.shown(replace(OPEN, record=b"x" * 500, record_bytes=500))
    assert long[1] == "    " + "x" * rejects.SHOWN_CHARACTERS + " …"
    cut = rejects.shown(replace(OPEN, record_bytes=70_000))
    assert cut[1].endswith(" …")
    assert cut[2].startswith("    70,000 bytes, only the first 64 KiB were kept")


@given(st.binary(max_size=300), st.text(max_size=80), st.text(max_size=80))
def test_nothing_that_steers_a_terminal_is_shown(record: bytes, name: str, detail: str) -> None:
    one = replace(OPEN, record=record, record_bytes=len(record), file_name=name, detail=detail)
    assert all(line.isprintable() for line in rejects.shown(one))


def test_a_replay_is_told() -> None:
    source = OpenLoad(3, "a.jsonl", 5)
    summary = ReplaySummary((ReplayedLoad(source, 7, Counts(3, 1, 1)),), 4, 0)
    load, total = rejects.replay_told(summary)
    assert load == "a.jsonl: 3 events, 1 entities, 1 rejected again of 5 records rejected by load 3"
    assert total.startswith(
        "3 events, 1 entities landed; 4 records stand rejected. `chhimeki build`"
    )
    assert rejects.replay_told(ReplaySummary((), 0, 0)) == [
        "nothing to replay: no record stands rejected"
    ]
    nothing, cut = rejects.replay_told(ReplaySummary((), 1, 1))
    assert nothing.startswith("nothing to replay: 1 record stands rejected, none of which")
    assert "cut it out of its file" in cut


@pytest.fixture
def invoke(tmp_path: Path) -> Invoke:
    def run(*arguments: str) -> click.testing.Result:
        environment = {"CHHIMEKI_HOME": str(tmp_path), "CHHIMEKI_PORT": "1"}
        return click.testing.CliRunner().invoke(main, arguments, env=environment)

    return run


def test_an_unknown_reason_is_one_line_naming_the_known_ones(invoke: Invoke) -> None:
    result = invoke("rejects", "--reason", "bad\x1b")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("chhimeki: ")
    assert "\x1b" not in result.stderr
    assert all(reason in result.stderr for reason in REASONS)


def test_a_limit_is_a_number_of_records(invoke: Invoke) -> None:
    assert invoke("rejects", "--limit", "0").exit_code == 2
