"""The policies of retention: what goes, and when.

What flows through: `policies.yml` in, values out.
Belongs here: reading the file. Does not belong here: applying it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

POLICIES = Path(__file__).with_name("policies.yml")


@dataclass(frozen=True)
class Context:
    """Where and with what a person was.

    Attributes:
        keys: Keys of an event's data and metadata.
        after_days: Age of the event, in days, from which on they go.
    """

    keys: list[str]
    after_days: int


@dataclass(frozen=True)
class Identifiers:
    """Who a person is.

    Attributes:
        keys: Keys of a user's data.
        names: Keys of events' data that may name a user by username.
        after_months: Months without activity after which they go.
    """

    keys: list[str]
    names: list[str]
    after_months: int


@dataclass(frozen=True)
class Partitions:
    """What landed and no model reads any more.

    Attributes:
        after_months: Age of a month of landing, in months since its end, from which on it goes.
    """

    after_months: int


@dataclass(frozen=True)
class Policies:
    """All policies."""

    context: Context
    identifiers: Identifiers
    partitions: Partitions


def load_policies(path: Path = POLICIES) -> Policies:
    """Read the policies.

    Args:
        path: The file.
    """
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Policies(
        Context(**read["context"]),
        Identifiers(**read["identifiers"]),
        Partitions(**read["partitions"]),
    )
