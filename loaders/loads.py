"""What a load is: its id, its time, and what it made of its records.

What flows through: nothing; the words that the modules around landing share.
Belongs here: facts about one load. Does not belong here: how it comes about (`landing`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from loaders.records.erased import NOBODY, Erased


@dataclass(frozen=True)
class Load:
    """One load that has begun.

    Attributes:
        load_id: Its id.
        landed_at: When it began, by the server's clock.
        erased: People who were erased when it began.
    """

    load_id: int
    landed_at: datetime
    erased: Erased = NOBODY

    @property
    def month(self) -> str:
        """The month, in UTC, in whose partitions its rows lie, such as `202601`."""
        return f"{self.landed_at.astimezone(UTC):%Y%m}"


@dataclass(frozen=True)
class Counts:
    """What became of the records of one load.

    Attributes:
        records_erased: How many of them were left out, or lost a name, for an erased person.
    """

    events_landed: int = 0
    entities_landed: int = 0
    records_rejected: int = 0
    records_erased: int = 0

    @property
    def records_read(self) -> int:
        """Every record is one of the three."""
        return self.events_landed + self.entities_landed + self.records_rejected

    def __add__(self, more: Counts) -> Counts:
        """Add what became of further records of the same load."""
        return Counts(
            self.events_landed + more.events_landed,
            self.entities_landed + more.entities_landed,
            self.records_rejected + more.records_rejected,
            self.records_erased + more.records_erased,
        )
