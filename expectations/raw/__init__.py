"""The suites over what has just landed: the gate before anything is built.

What flows through: the catalogue in, suites on `raw.events` and `raw.loads` out. They see the loads
of the last day (by landing time), so that their cost follows the news, and a bad file stops
blocking once good ones outweigh it.
Belongs here: rules about what landed. Does not belong here: whether one event is valid (the
catalogue in SQL says that), anything about models.
"""

from __future__ import annotations

from expectations.raw.contracts import contracts_suite
from expectations.raw.events import events_suite
from expectations.raw.landing import LANDING, VOLUME
from expectations.rules import Suite
from loaders.catalogue import Catalogue


def raw_suites(catalogue: Catalogue) -> tuple[Suite, ...]:
    """Describe the gate.

    Args:
        catalogue: Event types and envelope that the rules are derived from.

    Returns:
        The suites: the events one by one, by type, and the loads' own counts.
    """
    return (events_suite(catalogue), contracts_suite(catalogue), LANDING, VOLUME)
