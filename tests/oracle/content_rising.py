"""`metrics.content_rising`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from .content_analytics import CONTENTS, VIEWS
from .identity import date_in, uuid_of
from .records import Event

WEEK = timedelta(days=7)


def content_rising(events: Sequence[Event], zone: str) -> list[dict[str, Any]]:
    """One row a content with an event in the two weeks before the latest date.

    `events` are the processed ones, earliest first.
    """
    if not events:
        return []
    as_of = date_in(zone, events[-1].at)
    weeks: dict[tuple[str, str], tuple[list[Event], list[Event]]] = defaultdict(lambda: ([], []))
    for event in events:
        days = as_of - date_in(zone, event.at)
        if event.name in CONTENTS and timedelta() < days <= 2 * WEEK:
            kind, field = CONTENTS[event.name]
            weeks[kind, event.data[field]][days > WEEK].append(event)
    return [_row(content, last, before) for content, (last, before) in weeks.items()]


def _row(content: tuple[str, str], last: list[Event], before: list[Event]) -> dict[str, Any]:
    return {
        "content_id": uuid_of(*content),
        "content_type": content[0],
        "content_ref": content[1],
        "events": len(last),
        "events_before": len(before),
        "views": sum(event.name in VIEWS for event in last),
        "views_before": sum(event.name in VIEWS for event in before),
        "rise": len(last) - len(before),
    }
