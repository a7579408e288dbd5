"""`user_sessions`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from .catalogue import is_interaction
from .identity import four_places, plain, platform_of, told, truncated_ip, uuid_of
from .records import Event

GAP = timedelta(minutes=30)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def sessions_of(events: Sequence[Event]) -> dict[str, list[Event]]:
    """Session ref to its events, earliest first. `events` are earliest first."""
    sessions: dict[str, list[Event]] = defaultdict(list)
    open_auto: dict[str, tuple[str, datetime]] = {}
    for event in events:
        ref = event.session
        if ref is None and event.user is not None:
            ref, last = open_auto.get(event.user, ("", EPOCH))
            if not ref or event.at - last > GAP:
                ref = f"auto:{event.user}:{(event.at - EPOCH) // timedelta(milliseconds=1)}"
            open_auto[event.user] = ref, event.at
        if ref is not None:
            sessions[ref].append(event)
    return sessions


def user_sessions(events: Sequence[Event]) -> list[dict[str, Any]]:
    """One row a session. `events` are the processed ones, earliest first."""
    return [_row(ref, session) for ref, session in sessions_of(events).items()]


def _row(ref: str, session: list[Event]) -> dict[str, Any]:
    user = _first(event.user for event in session)
    return {
        "id": uuid_of("session" if session[0].session else "inferred_session", ref),
        "session_ref": ref,
        "session_token": ref,
        "user_id": uuid_of("user", user),
        "user_ref": user,
        **_attributes(session),
        **_measures(session),
    }


def _attributes(session: list[Event]) -> dict[str, Any]:
    return {
        "platform": _value(session, "platform", platform_of),
        "device_info": plain(_value(session, "deviceInfo", in_metadata=False)),
        "ip_address": _value(session, "ipAddress", truncated_ip),
        "user_agent": _value(session, "userAgent", told),
        "screen_resolution": _value(session, "screenResolution", in_metadata=False),
        "viewport_size": _value(session, "viewportSize", in_metadata=False),
        "city": _value(session, "city", told),
        "region": _value(session, "region", told),
        "country": _value(session, "country", told),
    }


def _measures(session: list[Event]) -> dict[str, Any]:
    started_at, ended_at = session[0].at, session[-1].at
    page_views = [event for event in session if event.name == "page_view"]
    interactions = [event for event in session if is_interaction(event)]
    depths = [
        event.data["scrollDepth"]
        for event in page_views
        if event.data.get("scrollDepth") is not None
    ]
    bounced = len(page_views) <= 1 and not interactions
    return {
        "started_at": started_at,
        "ended_at": ended_at,
        "duration": ended_at - started_at,
        "page_views": len(page_views),
        "interactions": len(interactions),
        "bounce_rate": four_places(Decimal(bounced)),
        "scroll_depth_avg": four_places(sum(depths, Decimal(0)) / len(depths)) if depths else None,
        "time_to_first_interaction": interactions[0].at - started_at if interactions else None,
    }


def _value(
    session: list[Event],
    key: str,
    clean: Callable[[Any], Any] = lambda value: value,
    in_metadata: bool = True,
) -> Any:
    """From the earliest session_start that carries the value, else the earliest metadata."""
    starts = (clean(event.data.get(key)) for event in session if event.name == "session_start")
    value = _first(starts)
    if value is None and in_metadata:
        value = _first(clean(event.metadata.get(key)) for event in session)
    return value


def _first(values: Iterator[Any]) -> Any:
    return next((value for value in values if value is not None), None)
