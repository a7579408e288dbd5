"""What a simulation is asked for: one frozen plan, from which every byte of it follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SimulationPlan:
    """A community to simulate. The same plan gives the same bytes, on any machine.

    Attributes:
        seed: which of the endless similar communities.
        users: registered people; heavy-tailed in how active they are.
        days: dates simulated, the first of which is `start`.
        start: the first date, UTC. It must lie in the past, or what is simulated is rejected
            as being from the future.
        anonymous_share: visits by nobody known, as a share of the visits of people.
        dirt_share: records that are duplicates, broken or invalid, as a share of all.
        late_share: records that arrive hours or days after they happened.

    Raises:
        ValueError: a number is out of range.
    """

    seed: int = 7
    users: int = 200
    days: int = 30
    start: date = date(2024, 1, 1)
    anonymous_share: float = 0.12
    dirt_share: float = 0.02
    late_share: float = 0.02

    def __post_init__(self) -> None:
        if self.users < 1 or self.days < 1:
            raise ValueError("A simulation needs at least 1 user and 1 day: ask for more.")
        shares = (self.anonymous_share, self.dirt_share, self.late_share)
        if not all(0 <= share < 1 for share in shares):
            raise ValueError("A share is at least 0 and below 1: correct the plan.")

    def random(self, purpose: str) -> Random:
        """A source of randomness of its own for each purpose, so that one cannot shift another."""
        return Random(f"{self.seed}:{purpose}")  # noqa: S311 - repeatable is what it has to be

    def midnight(self, day: int) -> datetime:
        """The instant at which the `day`-th date begins, counted from 0."""
        return datetime.combine(self.start, time(), UTC) + timedelta(days=day)


def iso(at: datetime) -> str:
    """An instant as the clients write it: RFC 3339 in milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def chance(rng: Random, share: float) -> bool:
    """True in this share of all cases."""
    return rng.random() < share
