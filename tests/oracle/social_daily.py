"""`metrics.social_daily`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from .identity import date_in, uuid_of
from .records import Event
from .states import is_doing

# Event type -> the field that names the other user.
OTHERS = {
    "user_follow": "targetUserId",
    "message_sent": "recipientId",
    "profile_view": "profileUserId",
}


def social_daily(events: Sequence[Event], zone: str) -> list[dict[str, Any]]:
    """One row a date with an event of one user on another. `events` are processed."""
    by_date: dict[date, list[Event]] = defaultdict(list)
    for event in events:
        if event.name in OTHERS:
            by_date[date_in(zone, event.at)].append(event)
    return [_row(day, its) for day, its in by_date.items()]


def _row(day: date, events: list[Event]) -> dict[str, Any]:
    following = [event for event in events if event.name == "user_follow"]
    follows = sum(is_doing(event, "follow") for event in following)
    pairs = {
        (uuid_of("user", event.user), uuid_of("user", event.data[OTHERS[event.name]]))
        for event in events
        if event.user is not None
    }
    return {
        "date": day,
        "follows": follows,
        "unfollows": len(following) - follows,
        "messages": sum(event.name == "message_sent" for event in events),
        "profile_views": sum(event.name == "profile_view" for event in events),
        "user_pairs": len(pairs),
    }
