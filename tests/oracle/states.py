"""Section 5: likes, saves, follows and memberships are what the last action left."""

from __future__ import annotations

from collections.abc import Sequence

from .records import Event

Pairs = set[tuple[str, str]]


def likes(events: Sequence[Event]) -> Pairs:
    """(user, post) pairs where the user now likes the post. `events` are earliest first."""
    return _standing(events, "post_like", "postId", "like")


def saves(events: Sequence[Event]) -> Pairs:
    """(user, post) pairs where the user now keeps the post saved."""
    return _standing(events, "post_save", "postId", "save")


def follows(events: Sequence[Event]) -> Pairs:
    """(user, target user) pairs where the user now follows the target."""
    return _standing(events, "user_follow", "targetUserId", "follow")


def memberships(events: Sequence[Event]) -> Pairs:
    """(user, community) pairs where the user is now a member."""
    pairs: Pairs = set()
    for event in events:
        if event.user is not None and event.name in ("community_join", "community_leave"):
            change = pairs.add if event.name == "community_join" else pairs.discard
            change((event.user, event.data["communityId"]))
    return pairs


def is_doing(event: Event, action: str) -> bool:
    """Whether the event does the action, which is also what it does where it names none."""
    named = event.data.get("action")
    return named is None or named == action


def _standing(events: Sequence[Event], name: str, target: str, action: str) -> Pairs:
    pairs: Pairs = set()
    for event in events:
        if event.user is not None and event.name == name:
            change = pairs.add if is_doing(event, action) else pairs.discard
            change((event.user, event.data[target]))
    return pairs
