"""What became of files: the words in which a load reports.

What flows through: nothing; what the loader, the commands and Dagster tell each other.
Belongs here: outcomes and progress. Does not belong here: how they come about.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What became of a file.

    `changed` is a file that was being written while it was read: nothing of it has landed, and it
    may be whole the next time.
    """

    LANDED = "landed"
    ALREADY_LANDED = "already_landed"
    REFUSED = "refused"
    CHANGED = "changed"


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file.

    Attributes:
        file_name: Its path as it was given; `-` for standard input.
        status: Landed now, landed before (the same bytes, under whatever name), or not.
        load_id: The load its content landed in; None where it did not land.
        records_read: Records landed or rejected now, zero unless it landed now.
        seconds: How long it took.
        reason: Why it did not land, in one line, else None.
        names_erased: Whether it names somebody who was erased, so that it must not be kept.
    """

    file_name: str
    status: Status
    load_id: int | None
    records_read: int
    events_landed: int
    entities_landed: int
    records_rejected: int
    seconds: float
    reason: str | None = None
    names_erased: bool = False


@dataclass(frozen=True)
class LoadSummary:
    """What became of all files, in the order in which they were given."""

    files: tuple[FileOutcome, ...]

    @property
    def records_read(self) -> int:
        """Records read from the files that landed now."""
        return sum(one.records_read for one in self.files)

    @property
    def events_landed(self) -> int:
        """Events landed now, duplicates included."""
        return sum(one.events_landed for one in self.files)

    @property
    def entities_landed(self) -> int:
        """Entities landed now."""
        return sum(one.entities_landed for one in self.files)

    @property
    def records_rejected(self) -> int:
        """Records rejected now."""
        return sum(one.records_rejected for one in self.files)

    @property
    def seconds(self) -> float:
        """How long the files took, each for itself."""
        return sum(one.seconds for one in self.files)

    def with_status(self, *statuses: Status) -> tuple[FileOutcome, ...]:
        """Give the files that had one of some fates."""
        return tuple(one for one in self.files if one.status in statuses)

    @property
    def files_refused(self) -> int:
        """Files that did not land; a command that loads exits 1 when there are any."""
        return len(self.with_status(Status.REFUSED, Status.CHANGED))


@dataclass(frozen=True)
class Progress:
    """How far the load of one file is.

    Attributes:
        file_name: Its path as it was given.
        records_read: Records read until now.
        bytes_read: Bytes of the file read until now, compressed as they are.
        bytes_total: Length of the file.
    """

    file_name: str
    records_read: int
    bytes_read: int
    bytes_total: int
