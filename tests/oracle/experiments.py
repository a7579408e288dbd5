"""`experiments`: what the entities say. What the experiments found is `experiment_results`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .entities import current, instant, text
from .identity import plain, uuid_of
from .records import Entity, Event


def experiments(entities: Iterable[Entity], events: Iterable[Event]) -> list[dict[str, Any]]:
    """One row an experiment entity, and an experiment that only a processed event assigns to."""
    told = {ref: entity.data for ref, entity in current(entities, "experiment").items()}
    assigned = (event for event in events if event.name == "experiment_assigned")
    refs = told.keys() | {event.data["experimentId"] for event in assigned}
    return [_row(ref, told.get(ref, {})) for ref in refs]


def _row(ref: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": uuid_of("experiment", ref),
        "experiment_ref": ref,
        "name": text(data.get("name")),
        "description": text(data.get("description")),
        "start_date": instant(data.get("startDate")),
        "end_date": instant(data.get("endDate")),
        "status": text(data.get("status")) or "active",
        "variants": _of(list, data.get("variants")) or [],
        "traffic_allocation": _of(dict, data.get("trafficAllocation")),
        "target_metrics": _of(list, data.get("targetMetrics")),
    }


def _of(kind: type[Any], value: Any) -> Any:
    return plain(value) if isinstance(value, kind) else None
