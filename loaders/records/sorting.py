"""Blocks of records to rows for three tables.

What flows through: blocks of record texts in; for each block its rows of events, entities and
rejected records out, every record numbered. Pure.
Belongs here: numbering, taking batches apart, rejecting what the database itself refused.
Does not belong here: verdicts (`validation`), the format of a row (`rows`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from loaders.loads import Counts
from loaders.reading.splitting import Block
from loaders.records import storable
from loaders.records.erased import NOBODY, Erased
from loaders.records.rows import RowWriter
from loaders.records.validation import Entity, Event, Judge, Parts, Reject


@dataclass(slots=True)
class Sorted:
    """The rows of one block.

    Attributes:
        block: Where they come from.
        first: Number of the block's first record, from 1.
        refused: Records to reject, by number, whatever the verdict.
        events: Rows to copy; `entities` and `rejected` likewise.
        erased: Records that named an erased person.
    """

    block: Block
    first: int
    refused: Mapping[int, Reject]
    events: list[bytes] = field(default_factory=list)
    entities: list[bytes] = field(default_factory=list)
    rejected: list[bytes] = field(default_factory=list)
    erased: int = 0

    @property
    def counts(self) -> Counts:
        """What became of the block's records."""
        return Counts(len(self.events), len(self.entities), len(self.rejected), self.erased)


class Sorter:
    """Sorts the records of one load."""

    def __init__(
        self, rows: RowWriter, judge: Judge, first: int = 1, erased: Erased = NOBODY
    ) -> None:
        """Begin.

        Args:
            rows: Writes the rows.
            judge: Gives the verdicts.
            first: Number of the first record.
            erased: People whose records are left out.
        """
        self._rows = rows
        self._judge = judge
        self._erased = erased
        self._number = first - 1

    def sort(self, block: Block) -> Sorted:
        """Give a block's records their numbers, verdicts and rows.

        Args:
            block: The next one of the file.

        Returns:
            Its rows.
        """
        return self._sort(Sorted(block, self._number + 1, {}))

    def sort_again(self, rows: Sorted, refused: Mapping[int, Reject]) -> Sorted:
        """Sort the last block again, now that the database has refused some of its rows.

        Args:
            rows: What `sort` gave for it.
            refused: Verdict of the database, by record number.

        Returns:
            Its rows, those records among the rejected ones.
        """
        self._number = rows.first - 1
        return self._sort(Sorted(rows.block, rows.first, refused))

    def _sort(self, rows: Sorted) -> Sorted:
        block = rows.block
        if block.record_bytes is not None:
            self._sort_record(rows, (0, 0), block.texts[0], self._judge.too_large())
            return rows
        # The loop that every record passes: what holds for the whole block is asked once.
        calm = storable.are_unremarkable(block.texts, block.data)
        judge = self._judge.judge_unremarkable if calm else self._judge.judge
        write, events, none_refused = (
            self._rows.event,
            rows.events,
            not rows.refused and not self._erased.digests,
        )
        for index, text in enumerate(block.texts):
            verdict = judge(text)
            if isinstance(verdict, Event) and none_refused:
                self._number += 1
                events.append(write(self._number, verdict))
            elif isinstance(verdict, Parts):
                for inner, part in verdict.records:
                    self._sort_record(rows, (index, inner), part, self._judge.judge_part(part))
            # A blank text is no record; it is never legal, so only then need it be looked for.
            elif not isinstance(verdict, Reject) or text.strip():
                self._sort_record(rows, (index, 0), text, verdict)
        return rows

    def _sort_record(
        self, rows: Sorted, where: tuple[int, int], text: bytes, verdict: Event | Entity | Reject
    ) -> None:
        self._number += 1
        said = rows.refused.get(self._number, verdict)
        verdict = self._erased.settle(said, text)
        rows.erased += verdict is not said
        if isinstance(verdict, Event):
            rows.events.append(self._rows.event(self._number, verdict))
        elif isinstance(verdict, Entity):
            rows.entities.append(self._rows.entity(self._number, verdict))
        else:
            place = rows.block.place(*where)
            length = rows.block.record_bytes or len(text)
            rows.rejected.append(self._rows.rejected(self._number, place, verdict, text, length))
