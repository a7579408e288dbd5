"""Deliveries of the bulk community: what comes in on each date.

What flows through: a `BulkPlan` in, for each date the lines that arrive on it out: most happened on
it, some on dates before.
Belongs here: deliveries, lateness and files. Does not belong here: what happens in a session.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path

from benchmarks.bulk import entities
from benchmarks.bulk.community import MEAN_EVENTS_OF_SESSION, Community
from benchmarks.bulk.sessions import Stamped, sessions

# Whole days between a session and the delivery of its second half, by a device that was offline.
LATE_BY_DAYS = (1, 2, 3, 5, 8, 12, 19)
# Sessions begin in order; so many at a time are put into the order in which their events happen.
SESSIONS_SORTED = 2_000
BUFFER_BYTES = 1 << 20


class Snapshots(StrEnum):
    """Which entities come with the events."""

    EVERYBODY_FIRST = "everybody_first"
    CHANGES = "changes"
    NONE = "none"


@dataclass(frozen=True)
class BulkPlan:
    """What to simulate.

    Attributes:
        events: How many events, exactly.
        events_per_day: How many are delivered on a date; the community is as large as that needs.
        last_day: Date of the last delivery; the first follows from the two numbers before.
        late_share: Share of a delivery that happened on earlier dates.
        seed: Another one gives other events.
        snapshots: Which entities each delivery begins with: the users that changed or, on the
            first date, everybody and whatever else there is; or none at all.
    """

    events: int = 1_000_000
    events_per_day: int = 10_000
    last_day: date = date(2025, 6, 30)
    late_share: float = 0.05
    seed: int = 1
    snapshots: Snapshots = Snapshots.EVERYBODY_FIRST

    @property
    def days(self) -> int:
        """How many dates have a delivery; that of the last may be smaller."""
        return -(-self.events // self.events_per_day)

    @property
    def community(self) -> Community:
        """Who there is: on a date one user in twenty or so comes."""
        return Community(
            seed=self.seed,
            users=max(50, 2 * self.events_per_day),
            sessions_per_day=max(4, round(self.events_per_day / MEAN_EVENTS_OF_SESSION)),
        )


def deliveries(plan: BulkPlan) -> Iterator[Iterator[bytes]]:
    """Simulate.

    Args:
        plan: What.

    Yields:
        For each date, in order, the lines of its delivery, each with its newline.
    """
    first = plan.last_day - timedelta(days=plan.days - 1)
    for number in range(plan.days):
        day = first + timedelta(days=number)
        count = min(plan.events_per_day, plan.events - number * plan.events_per_day)
        events = islice(_delivered(plan, day), count)
        if plan.snapshots == Snapshots.NONE:
            yield events
        elif plan.snapshots == Snapshots.EVERYBODY_FIRST and number == 0:
            yield chain(entities.everything(plan.community, day), events)
        else:
            yield chain(entities.changed(plan.community, day), events)


def _delivered(plan: BulkPlan, day: date) -> Iterator[bytes]:
    community = plan.community
    late_events = plan.events_per_day * plan.late_share
    per_lag = round(2 * late_events / MEAN_EVENTS_OF_SESSION / len(LATE_BY_DAYS))
    interrupted: list[Stamped] = []
    for lag in LATE_BY_DAYS:
        # The sessions of a date that are interrupted for so long are a stream of their own.
        for session in islice(sessions(community, day, lag), per_lag):
            interrupted += session[: len(session) // 2]
        for session in islice(sessions(community, day - timedelta(days=lag), lag), per_lag):
            # The device did not hear that its last event had come through, and sends it again.
            interrupted += session[max(0, len(session) // 2 - 1) :]
    punctual = sessions(community, day)
    yield from _in_order(interrupted)
    # Not past the evening: it would be cut off, sorted behind the morning that comes after it.
    at_a_time = min(SESSIONS_SORTED, community.sessions_per_day)
    while True:
        yield from _in_order(chain.from_iterable(islice(punctual, at_a_time)))


def _in_order(events: Iterator[Stamped] | Sequence[Stamped]) -> Iterator[bytes]:
    return (line for _, line in sorted(events))


def write(plan: BulkPlan, paths: Sequence[Path]) -> int:
    """Write the deliveries to files, each file a stretch of dates.

    Args:
        plan: What to simulate.
        paths: Files to write, in the order of time.

    Returns:
        How many records (events and entities) were written.
    """
    records = 0
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("wb", buffering=BUFFER_BYTES)) for path in paths]
        for number, lines in enumerate(deliveries(plan)):
            write_line = files[number * len(files) // plan.days].write
            for line in lines:
                write_line(line)
                records += 1
    return records
