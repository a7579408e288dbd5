"""`performance_metrics`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .identity import plain, platform_of, told, truncated_ip, uuid_of
from .records import Event

OWN_FIELDS = ("metricName", "metricValue", "metricUnit")


def performance_metrics(events: Sequence[Event]) -> list[dict[str, Any]]:
    """One row a measurement. `events` are the processed ones."""
    return [_row(event) for event in events if event.name == "performance_metric"]


def _row(event: Event) -> dict[str, Any]:
    return {
        "id": uuid_of("event", event.ref),
        "event_ref": event.ref,
        "user_id": uuid_of("user", event.user),
        "user_ref": event.user,
        "session_id": uuid_of("session", event.session),
        "session_ref": event.session,
        "metric_name": event.data["metricName"],
        "metric_value": event.data["metricValue"],
        "metric_unit": event.data.get("metricUnit"),
        "page_url": told(event.metadata.get("url")),
        "browser": told(event.metadata.get("browser")),
        "platform": platform_of(event.metadata.get("platform")),
        "timestamp": event.at,
        "metadata": _extra(event.data),
    }


def _extra(data: dict[str, Any]) -> dict[str, Any]:
    """Whatever else was measured along; an address of a device without its host part."""
    extra = {key: plain(value) for key, value in data.items() if key not in OWN_FIELDS}
    if "ipAddress" in extra:
        extra["ipAddress"] = truncated_ip(extra["ipAddress"])
    return extra
