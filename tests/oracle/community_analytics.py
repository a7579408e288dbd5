"""`community_analytics`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from .identity import date_in, four_places, uuid_of
from .records import Event

# The events that the catalogue gives a community; on others the key is somebody's extra.
IN_COMMUNITIES = (
    "post_created",
    "post_view",
    "post_like",
    "post_share",
    "post_comment",
    "community_join",
    "community_leave",
    "community_post",
)


@dataclass(slots=True)
class Day:
    """What happened in one community on one date."""

    events: list[Event] = field(default_factory=list)
    joined: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    members_before: int = 0
    members: int = 0


def community_analytics(events: Sequence[Event], zone: str) -> list[dict[str, Any]]:
    """One row a community and date. `events` are the processed ones, earliest first."""
    by_community: dict[str, dict[date, Day]] = defaultdict(lambda: defaultdict(Day))
    for event in events:
        community = event.data.get("communityId") if event.name in IN_COMMUNITIES else None
        if community:
            by_community[community][date_in(zone, event.at)].events.append(event)
    for days in by_community.values():
        _count_members(days.values())
    return [
        _row(community, on, day)
        for community, days in by_community.items()
        for on, day in days.items()
    ]


def _count_members(days: Iterable[Day]) -> None:
    """Follow the members through the days of one community, earliest first."""
    members: set[str] = set()
    for day in days:
        day.members_before = len(members)
        for event in day.events:
            if event.user is None:
                continue
            if event.name == "community_join" and event.user not in members:
                members.add(event.user)
                day.joined.add(event.user)
            if event.name == "community_leave" and event.user in members:
                members.discard(event.user)
                day.left.add(event.user)
        day.members = len(members)


def _row(community: str, on: date, day: Day) -> dict[str, Any]:
    present = (event for event in day.events if event.name != "community_leave")
    active = len({event.user for event in present if event.user is not None})
    posts = sum(event.name in ("community_post", "post_created") for event in day.events)
    left, before = len(day.left), day.members_before
    return {
        "community_id": uuid_of("community", community),
        "community_ref": community,
        "date": on,
        "members_before": before,
        "members_count": day.members,
        "new_members": len(day.joined),
        "members_left": left,
        "active_members": active,
        "posts_count": posts,
        "comments_count": sum(event.name == "post_comment" for event in day.events),
        "total_interactions": len(day.events),
        "avg_posts_per_member": _ratio(posts, day.members),
        "engagement_rate": _ratio(active, day.members),
        "growth_rate": _ratio(day.members - before, before),
        "churn_rate": _ratio(left, before),
        "retention_rate": _ratio(before - left, before),
    }


def _ratio(part: int, whole: int) -> Decimal | None:
    return four_places(Decimal(part) / whole) if whole else None
