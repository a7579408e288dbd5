"""Rejected records to rows: the verdicts of now.

What flows through: records as they were rejected in; their rows of events, entities and rejects
out, each under the number and place that the record has in its file. Pure.
Belongs here: what a verdict of now makes of a verdict of then. Does not belong here: verdicts
(`validation`), the format of a row (`rows`), which records are tried (`replaying`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from loaders.records import erased
from loaders.records.erased import NOBODY, Erased
from loaders.records.rows import RowWriter
from loaders.records.validation import Entity, Event, Judge, Reject
from loaders.replay.rejects import Rejected


@dataclass(slots=True)
class Rows:
    """Rows of one load.

    Attributes:
        writer: Writes them.
        events: Of raw.events; `entities` and `rejected` likewise.
    """

    writer: RowWriter
    events: list[bytes] = field(default_factory=list)
    entities: list[bytes] = field(default_factory=list)
    rejected: list[bytes] = field(default_factory=list)


def verdict(rejected: Rejected, judge: Judge) -> Event | Entity | Reject:
    """Give the verdict of now on a record that was rejected.

    Args:
        rejected: The record; one of which only the beginning was kept stays what it was.
        judge: Judges as of now.

    Returns:
        Its verdict. A batch stays rejected: its records have no numbers of their own.
    """
    if not rejected.is_whole or rejected.reason == erased.REASON:
        return Reject(rejected.reason, rejected.detail)
    return judge.judge_part(rejected.record)


def sort(
    writer: RowWriter,
    records: Iterable[Rejected],
    judge: Judge,
    refused: Mapping[int, Reject],
    left_out: Erased = NOBODY,
) -> Rows:
    """Give rejected records their verdicts of now, and rows.

    Args:
        writer: Writes rows of the load that tries them again.
        records: The records.
        judge: Judges as of now.
        refused: Records that PostgreSQL did not take, by number: rejected whatever the judge says.
        left_out: People whose records do not land.

    Returns:
        Their rows.
    """
    rows = Rows(writer)
    for one in records:
        said = refused.get(one.record_number) or verdict(one, judge)
        _add(rows, one, left_out.settle(said, one.record))
    return rows


def _add(rows: Rows, one: Rejected, said: Event | Entity | Reject) -> None:
    number, text = one.record_number, one.record
    if isinstance(said, Event):
        rows.events.append(rows.writer.event(number, said))
    elif isinstance(said, Entity):
        rows.entities.append(rows.writer.entity(number, said))
    else:
        place = (one.line_number, one.byte_offset)
        rows.rejected.append(rows.writer.rejected(number, place, said, text, one.record_bytes))
