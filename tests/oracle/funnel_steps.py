"""`metrics.funnel_steps`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from .identity import four_places
from .records import Event
from .seeds import seed

WINDOW = timedelta(days=7)


def funnel_steps(events: Sequence[Event]) -> list[dict[str, Any]]:
    """One row a funnel and step of the seed. `events` are processed, earliest first."""
    by_user: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.user is not None:
            by_user[event.user].append(event)
    return [
        row
        for funnel, steps in _funnels().items()
        for row in _rows(funnel, steps, [_best(steps, own) for own in by_user.values()])
    ]


def _funnels() -> dict[str, list[str]]:
    """Funnel to the events of its steps, in order."""
    funnels: dict[str, list[str]] = defaultdict(list)
    for step in sorted(seed("funnels"), key=lambda row: int(row["step"])):
        funnels[step["funnel"]].append(step["event_name"])
    return funnels


def _best(steps: list[str], events: list[Event]) -> int:
    """Steps passed by the best of one user's attempts, each followed on its own."""
    starts = (number for number, event in enumerate(events) if event.name == steps[0])
    return max((_passed(steps, events[start:]) for start in starts), default=0)


def _passed(steps: list[str], events: list[Event]) -> int:
    """Steps passed by the attempt that begins with the first event, each as soon as it can be."""
    passed = 0
    for event in events:
        if passed == len(steps) or event.at - events[0].at > WINDOW:
            break
        passed += event.name == steps[passed]
    return passed


def _rows(funnel: str, steps: list[str], best: list[int]) -> list[dict[str, Any]]:
    users = [sum(passed >= step for passed in best) for step in range(1, len(steps) + 1)]
    return [
        {
            "funnel": funnel,
            "step": number + 1,
            "event_name": name,
            "users": users[number],
            "conversion_from_previous": _share(users[number], users[number - 1] if number else 0),
            "conversion_from_first": _share(users[number], users[0]),
        }
        for number, name in enumerate(steps)
    ]


def _share(users: int, of: int) -> Decimal | None:
    return four_places(Decimal(users) / of) if of else None
