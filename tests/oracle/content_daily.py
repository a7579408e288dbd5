"""`metrics.content_daily`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from .content_analytics import CONTENTS, SHARES, VIEWS
from .identity import date_in, four_places
from .records import Event
from .states import is_doing


def content_daily(events: Sequence[Event], zone: str) -> list[dict[str, Any]]:
    """One row a date and content type with anything that counts. `events` are processed."""
    groups: dict[tuple[date, str], list[Event]] = defaultdict(list)
    for event in events:
        if event.name in VIEWS or event.name in SHARES or _is_reaction(event):
            content_type, _ = CONTENTS[event.name]
            groups[date_in(zone, event.at), content_type].append(event)
    return [_row(day, content_type, its) for (day, content_type), its in groups.items()]


def _is_reaction(event: Event) -> bool:
    return event.name == "post_comment" or (event.name == "post_like" and is_doing(event, "like"))


def _row(day: date, content_type: str, events: list[Event]) -> dict[str, Any]:
    views = [event for event in events if event.name in VIEWS]
    viewers = {(event.user, event.user or event.session) for event in views} - {(None, None)}
    reactions = len(events) - len(views)
    return {
        "date": day,
        "content_type": content_type,
        "views": len(views),
        "unique_viewers": len(viewers),
        "likes": sum(event.name == "post_like" for event in events),
        "comments": sum(event.name == "post_comment" for event in events),
        "shares": sum(event.name in SHARES for event in events),
        "engagement_rate": four_places(Decimal(reactions) / len(views)) if views else None,
    }
