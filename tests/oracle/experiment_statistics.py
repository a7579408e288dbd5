"""The sums of experiments: `int_experiment_statistics`, `int_experiment_variants_counted`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .entities import current, instant, text
from .experiment_assignments import experiment_assignments
from .identity import uuid_of
from .records import Entity, Event

PRE_PERIOD = timedelta(days=14)


@dataclass(frozen=True)
class Metric:
    """A target metric that can be computed; `place` is 1 for the first of the entity's list."""

    name: str
    place: int
    kind: str
    event: str

    def value(self, events: Iterable[Event]) -> int:
        """What the metric makes of some of a user's events."""
        count = sum(event.name == self.event for event in events)
        return min(count, 1) if self.kind == "conversion" else count


def experiment_variants(
    entities: Iterable[Entity], events: Sequence[Event]
) -> list[dict[str, Any]]:
    """One row an experiment and variant, listed or given. `events`: processed, earliest first."""
    told = {ref: entity.data for ref, entity in current(entities, "experiment").items()}
    users = _by_experiment(events)
    return [
        _variant_row(ref, variant, _listed(told.get(ref, {})), users[ref])
        for ref in told.keys() | users.keys()
        for variant in _variants(told.get(ref, {}), users[ref])
    ]


def experiment_statistics(
    entities: Iterable[Entity], events: Sequence[Event]
) -> list[dict[str, Any]]:
    """One row an experiment entity, usable metric and variant. `events` as above."""
    users = _by_experiment(events)
    acted: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.user is not None:
            acted[event.user].append(event)
    return [
        _statistics_row(ref, entity.data, metric, variant, users[ref], acted)
        for ref, entity in current(entities, "experiment").items()
        for metric in _metrics(entity.data)
        for variant in _variants(entity.data, users[ref])
    ]


def _by_experiment(events: Sequence[Event]) -> dict[str, list[dict[str, Any]]]:
    users: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for assignment in experiment_assignments(events):
        users[assignment["experiment_ref"]].append(assignment)
    return users


def _listed(data: Mapping[str, Any]) -> list[str]:
    """The entity's list of variants; what is no name in it is None."""
    variants = data.get("variants")
    return [text(variant) or "" for variant in variants] if isinstance(variants, list) else []


def _variants(data: Mapping[str, Any], users: Iterable[dict[str, Any]]) -> set[str]:
    return ({*_listed(data)} | {user["variant"] for user in users}) - {""}


def _metrics(data: Mapping[str, Any]) -> Iterator[Metric]:
    listed = data.get("targetMetrics")
    seen = set()
    for place, one in enumerate(listed if isinstance(listed, list) else [], start=1):
        if not isinstance(one, dict):
            continue
        name, event, kind = (text(one.get(key)) for key in ("name", "event", "type"))
        if name and event and kind in ("conversion", "count") and name not in seen:
            seen.add(name)
            yield Metric(name, place, kind, event)


def _variant_row(
    experiment: str, variant: str, listed: list[str], users: Iterable[dict[str, Any]]
) -> dict[str, Any]:
    given = [user["is_contaminated"] for user in users if user["variant"] == variant]
    return {
        "experiment_id": uuid_of("experiment", experiment),
        "variant": variant,
        "variant_position": listed.index(variant) + 1 if variant in listed else None,
        "users": given.count(False),
        "contaminated_users": given.count(True),
    }


def _statistics_row(
    experiment: str,
    data: Mapping[str, Any],
    metric: Metric,
    variant: str,
    users: Iterable[dict[str, Any]],
    acted: Mapping[str, list[Event]],
) -> dict[str, Any]:
    end = instant(data.get("endDate"))
    pairs = [
        _values(metric, user["assigned_at"], end, acted[user["user_ref"]])
        for user in users
        if user["variant"] == variant and not user["is_contaminated"]
    ]
    return {
        "experiment_id": uuid_of("experiment", experiment),
        "metric_name": metric.name,
        "metric_position": metric.place,
        "metric_type": metric.kind,
        "variant": variant,
        "users": len(pairs),
        "sum_y": sum(y for y, _ in pairs),
        "sum_y_squared": sum(y * y for y, _ in pairs),
        "sum_x": sum(x for _, x in pairs),
        "sum_x_squared": sum(x * x for _, x in pairs),
        "sum_xy": sum(y * x for y, x in pairs),
    }


def _values(
    metric: Metric, assigned: datetime, end: datetime | None, events: list[Event]
) -> tuple[int, int]:
    """What a user did since the assignment, and in the days before."""
    return (
        metric.value(
            one for one in events if assigned <= one.at and (end is None or one.at <= end)
        ),
        metric.value(one for one in events if assigned - PRE_PERIOD <= one.at < assigned),
    )
