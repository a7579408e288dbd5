"""How the effect of experiments settled, date by date, from events in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from math import sqrt
from pathlib import Path
from statistics import fmean, variance

from tests.dashboards.readings import Row, Rows
from tests.oracle import read_records
from tests.oracle.entities import current, instant
from tests.oracle.events import judge, processed
from tests.oracle.records import Entity, Event

Arms = dict[str, dict[str, datetime]]
FAR = datetime(9999, 1, 1, tzinfo=UTC)


def settling(files: Sequence[Path], as_of: date) -> Rows:
    """The difference of each variant from control by date, in the first target metric."""
    landed, entities, _ = read_records(files)
    events = processed(judge(landed))
    return [
        row
        for experiment in current(entities, "experiment").values()
        for row in _of_experiment(experiment, events, as_of)
    ]


def _of_experiment(experiment: Entity, events: list[Event], as_of: date) -> Rows:
    arms = _arms(experiment.ref, events)
    metric = experiment.data["targetMetrics"][0]
    end = instant(experiment.data.get("endDate")) or FAR
    day = min(at for arm in arms.values() for at in arm.values()).astimezone(UTC).date()
    rows = []
    while day < as_of and datetime(day.year, day.month, day.day, tzinfo=UTC) <= end:
        values = {
            variant: _values(arm, metric, [event for event in events if event.at <= end], day)
            for variant, arm in arms.items()
        }
        rows += [
            {"experiment": experiment.data["name"], "date": day, "metric": metric["name"], **row}
            for row in _compared(values, metric["type"])
        ]
        day += timedelta(days=1)
    return rows


def _arms(experiment: str, events: list[Event]) -> Arms:
    given: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.name == "experiment_assigned" and event.data["experimentId"] == experiment:
            given[event.user or ""].append(event)
    arms: Arms = defaultdict(dict)
    for user, its in given.items():
        if user and len({event.data["variant"] for event in its}) == 1:
            arms[its[0].data["variant"]][user] = its[0].at
    return arms


def _values(arm: dict[str, datetime], metric: Row, events: list[Event], day: date) -> list[int]:
    """What each user assigned up to the date had done up to its end."""
    done = Counter(
        event.user
        for event in events
        if event.name == metric["event"]
        and event.user in arm
        and event.at >= arm[event.user]
        and event.at.astimezone(UTC).date() <= day
    )
    known = [user for user, at in arm.items() if at.astimezone(UTC).date() <= day]
    conversion = metric["type"] == "conversion"
    return [min(done[user], 1) if conversion else done[user] for user in known]


def _compared(values: dict[str, list[int]], kind: str) -> Rows:
    control = values.get("control", [])
    rows = []
    for variant, its in values.items():
        if variant == "control" or min(len(its), len(control)) < 2:
            continue
        difference = fmean(its) - fmean(control)
        margin = 1.96 * sqrt(_error(its, kind) + _error(control, kind))
        rows.append(
            {
                "variant": variant,
                "users": len(its),
                "difference": round(difference, 6),
                "ci_low": round(difference - margin, 6),
                "ci_high": round(difference + margin, 6),
            }
        )
    return rows


def _error(values: list[int], kind: str) -> float:
    mean = fmean(values)
    spread = mean * (1 - mean) if kind == "conversion" else variance(values)
    return spread / len(values)
