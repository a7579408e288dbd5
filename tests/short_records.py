"""Records as a test writes them by hand: one call each, on one day unless said otherwise."""

from __future__ import annotations

from typing import Any


def event(ref: str, name: str, user: str | None, at: str, /, **more: Any) -> dict[str, Any]:
    """An event record at a time of 2024-01-01 or a timestamp; `_x` keys are the envelope's."""
    envelope = {key[1:]: more.pop(key) for key in list(more) if key.startswith("_")}
    timestamp = at if "T" in at else f"2024-01-01T{at}Z"
    record = {"eventId": ref, "eventName": name, "userId": user, "timestamp": timestamp}
    return record | {"data": more} | envelope


def entity(
    kind: str, ref: str, updated: str = "2024-01-01T00:00:00Z", /, **data: Any
) -> dict[str, Any]:
    """A snapshot of an entity."""
    return {"entityType": kind, "entityId": ref, "updatedAt": updated, "data": data}
