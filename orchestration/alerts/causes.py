"""What alerts are about: a cause, named by a key that stays as long as the cause does.

What flows through: nothing; the words that the modules around alerts share.
Belongs here: the shape of a cause and its key's law. Does not belong here: finding causes, telling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from expectations.rules import Severity


class Kind(StrEnum):
    """What may be wrong."""

    FAILED_RUN = "failed_run"
    FAILING_CHECK = "failing_check"
    STALE_SOURCE = "stale_source"
    ANOMALY = "anomaly"


@dataclass(frozen=True)
class Cause:
    """One thing that is wrong now.

    Attributes:
        key: Names it. While a cause lasts it keeps its key; what ended and came back has another,
            or is seen to have ended in between.
        kind: What sort of thing it is.
        severity: Whether it stops something, or somebody should look.
        text: What is wrong, in one line, without personal data.
    """

    key: str
    kind: Kind
    severity: Severity
    text: str


Findings = Mapping[Kind, Sequence[Cause]]
"""What a look has found. A kind that could not be looked at is not in it: its alerts stay."""
