"""`experiment_assignments`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from .identity import uuid_of
from .records import Event


def experiment_assignments(events: Sequence[Event]) -> list[dict[str, Any]]:
    """One row an experiment and user. `events` are the processed ones, earliest first."""
    given: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events:
        if event.name == "experiment_assigned" and event.user is not None:
            given[event.data["experimentId"], event.user].append(event)
    return [_row(experiment, user, given[experiment, user]) for experiment, user in given]


def _row(experiment: str, user: str, given: list[Event]) -> dict[str, Any]:
    return {
        "experiment_id": uuid_of("experiment", experiment),
        "experiment_ref": experiment,
        "user_id": uuid_of("user", user),
        "user_ref": user,
        "variant": given[0].data["variant"],
        "assigned_at": given[0].at,
        "is_contaminated": len({event.data["variant"] for event in given}) > 1,
    }
