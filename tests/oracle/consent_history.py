"""`consent_history`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from .identity import uuid_of
from .records import Event


def consent_history(events: Sequence[Event]) -> list[dict[str, Any]]:
    """One row a word of a user. `events` are the processed ones, earliest first."""
    by_user: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        user = uuid_of("user", event.user)
        if event.name == "consent_updated" and user is not None:
            by_user[user].append(event)
    return [
        _row(user, said, following)
        for user, words in by_user.items()
        for said, following in pairwise([*words, None])
        if said is not None
    ]


def _row(user: str, said: Event, following: Event | None) -> dict[str, Any]:
    return {
        "id": uuid_of("event", said.ref),
        "event_ref": said.ref,
        "user_id": user,
        "purpose": "usage_analytics",
        "is_granted": said.data["analytics"],
        "valid_from": said.at,
        "valid_to": following.at if following else None,
    }
