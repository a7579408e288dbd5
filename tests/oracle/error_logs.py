"""`error_logs`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .identity import platform_of, told, uuid_of
from .records import Event


def error_logs(events: Sequence[Event]) -> list[dict[str, Any]]:
    """One row an error. `events` are the processed ones, earliest first."""
    resolutions = {
        event.data["errorId"]: event for event in events if event.name == "error_resolved"
    }
    return [
        _row(event, resolutions.get(event.ref))
        for event in events
        if event.name == "error_occurred"
    ]


def _row(error: Event, resolution: Event | None) -> dict[str, Any]:
    return {
        "id": uuid_of("event", error.ref),
        "event_ref": error.ref,
        "user_id": uuid_of("user", error.user),
        "user_ref": error.user,
        "session_id": uuid_of("session", error.session),
        "session_ref": error.session,
        "error_type": error.data["errorType"],
        "error_message": error.data["errorMessage"],
        "error_stack": error.data.get("errorStack"),
        "url": told(error.metadata.get("url")),
        "user_agent": told(error.metadata.get("userAgent")),
        "browser": told(error.metadata.get("browser")),
        "platform": platform_of(error.metadata.get("platform")),
        "timestamp": error.at,
        "severity": error.data.get("severity") or "medium",
        "category": error.data.get("category"),
        "resolved": resolution is not None,
        "resolved_at": resolution.at if resolution else None,
        "resolved_by": uuid_of("user", resolution.user) if resolution else None,
    }
