"""Snapshots of what the application database owns, and their later versions.

What flows through: people in, entity records out, each with the instant it is exported. Some
users are renamed, some change role, some have no snapshot at all or one with a broken date.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from loaders.simulation.people import Person
from loaders.simulation.plan import Record, SimulationPlan, chance, iso

Timed = tuple[datetime, Record]


class Experiment(NamedTuple):
    """An experiment; `first` and `last` are days of the plan, as shares of its length."""

    ref: str
    name: str
    variants: tuple[str, ...]
    shares: tuple[float, ...]
    first: float
    last: float | None
    metrics: tuple[tuple[str, str, str], ...]


COMMUNITIES = (
    ("community_kathmandu", "Kathmandu Valley"),
    ("community_trekking", "Trekking and trails"),
    ("community_momo", "Momo appreciation"),
    ("community_nepali_music", "Nepali music"),
    ("community_cricket", "Cricket Nepal"),
    ("community_jobs", "Jobs and internships"),
    ("community_photography", "Himalayan photography"),
    ("community_diaspora", "Far from home"),
)
EXPERIMENTS = (
    Experiment(
        ref="experiment_feed_ranking",
        name="Ranked feed",
        variants=("control", "ranked"),
        shares=(0.5, 0.5),
        first=0.1,
        last=None,
        metrics=(("liked", "post_like", "conversion"), ("comments", "post_comment", "count")),
    ),
    Experiment(
        ref="experiment_share_button",
        name="Share button",
        variants=("control", "bold", "quiet"),
        shares=(0.4, 0.3, 0.3),
        first=0.0,
        last=0.7,
        metrics=(("shared", "post_share", "conversion"),),
    ),
)


def entities(plan: SimulationPlan, people: Sequence[Person]) -> Iterator[Timed]:
    """Every snapshot of the plan, in no particular order."""
    yield from _communities(plan)
    for experiment in EXPERIMENTS:
        yield from _experiment(plan, experiment)
    rng = plan.random("entities")
    for person in people:
        # A few users are known by what they do alone.
        if not chance(rng, 0.04):
            yield from _user(plan, person, people, rng)


def _entity(kind: str, ref: str, at: datetime, data: Record) -> Timed:
    return at, {"entityType": kind, "entityId": ref, "updatedAt": iso(at), "data": data}


def _communities(plan: SimulationPlan) -> Iterator[Timed]:
    start = plan.midnight(0)
    for number, (ref, name) in enumerate(COMMUNITIES):
        created = iso(start - timedelta(days=100 + number))
        yield _entity("community", ref, start, {"name": name, "createdAt": created})
    ref, name = COMMUNITIES[2]
    renamed = {"name": f"{name} society", "createdAt": iso(start - timedelta(days=102))}
    yield _entity("community", ref, plan.midnight(plan.days // 2), renamed)


def _experiment(plan: SimulationPlan, experiment: Experiment) -> Iterator[Timed]:
    begins = plan.midnight(int(plan.days * experiment.first))
    ends = None if experiment.last is None else plan.midnight(int(plan.days * experiment.last))
    data = {
        "name": experiment.name,
        "description": f"Does the {experiment.name.lower()} change what people do?",
        "startDate": iso(begins),
        "endDate": None if ends is None else iso(ends),
        "status": "active",
        "variants": list(experiment.variants),
        "trafficAllocation": dict(zip(experiment.variants, experiment.shares, strict=True)),
        "targetMetrics": [
            {"name": name, "event": event, "type": kind} for name, event, kind in experiment.metrics
        ],
    }
    yield _entity("experiment", experiment.ref, begins, data)
    if ends is not None:
        yield _entity("experiment", experiment.ref, ends, data | {"status": "completed"})


def _user(
    plan: SimulationPlan, person: Person, people: Sequence[Person], rng: Random
) -> Iterator[Timed]:
    registered = plan.midnight(person.joined) + timedelta(seconds=rng.randrange(86_400))
    exported = max(registered, plan.midnight(0)) + timedelta(minutes=5)
    data: Record = {
        "username": person.username,
        "email": f"{person.username}@example.com",
        "role": "admin" if person.is_staff else rng.choice(("free", "free", "free", "premium")),
        "createdAt": "unknown" if chance(rng, 0.02) else iso(registered),
        "timezone": person.place.timezone,
        "language": person.language,
        "countryCode": person.place.country,
        "registrationSource": person.source,
    }
    yield _entity("user", person.ref, exported, data)
    if chance(rng, 0.12):
        data = data | {"username": _new_name(person, people, rng)}
        exported += timedelta(days=rng.randint(1, plan.days), milliseconds=rng.randrange(1000))
        yield _entity("user", person.ref, exported, data)
    if chance(rng, 0.1):
        exported += timedelta(days=rng.randint(1, plan.days), milliseconds=rng.randrange(1000))
        yield _entity("user", person.ref, exported, data | {"role": "premium"})


def _new_name(person: Person, people: Sequence[Person], rng: Random) -> str:
    """A new user name; now and then one that somebody else goes by."""
    if chance(rng, 0.2):
        return rng.choice(people).username
    return f"{person.username}_np"
