"""A tiny community in which everything that makes an incremental build hard happens often.

Few users, posts and sessions share a coarse clock, so that equal timestamps, gaps of exactly
30 minutes, sessions of several users, unlikes before likes, renames, consent toggles, anonymous
visitors, duplicates with other content and broken records meet in a few hundred records. Every
event type and every kind of entity occurs. The simulator of `loaders.simulation` is believable;
this one is only nasty. What the events carry is in `hostile_events`.
"""

import random
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.hostile_events import (
    CITIES,
    COMMUNITIES,
    ERRORS,
    EXPERIMENTS,
    POSTS,
    SOURCES,
    USERNAMES,
    USERS,
    VARIANTS,
    event_of,
    metadata_of,
    storming_event_of,
)

Record = Mapping[str, Any] | bytes

START = datetime(2024, 1, 30, 12, tzinfo=UTC)
STEP = timedelta(minutes=10)
STEPS_A_DAY = 24 * 6
# Two busy hours round midnight in Kathmandu, two round midnight in UTC.
BUSY_STEPS = [*range(32, 44), *range(66, 78)]
# Some next to each other, some just inside and outside a window of 30 dates.
DAYS = [0, 0, 0, 1, 2, 29, 30, 31, 45]
SESSIONS = [f"session_{number}" for number in range(5)]
BROKEN = [b"not json", b'{"eventId": 1}', b"[]", b'{"a": "\\u0000"}']
TRIAL = "experiment_trial"
# Since the assignment: the border of the 14 days before, the assignment itself, some time after.
OFFSETS = [timedelta(days=-14) - STEP, timedelta(days=-14), -STEP, timedelta(0), STEP, 2 * STEP]
METRICS: list[Any] = [
    {"name": "likes", "event": "post_like", "type": "count"},
    {"name": "likes", "event": "page_view", "type": "count"},
    {"name": "pages", "event": "page_view", "type": "conversion"},
    {"name": "x"},
    {"name": "é", "event": "no such event", "type": "conversion"},
    {"name": "shares", "event": "post_share", "type": "sum"},
    7,
]
INSTANTS = ["2024-01-30T00:00:00Z", "2024-03-01T05:45:00+05:45", "not a time", None]


def records(seed: int, count: int = 220) -> list[Record]:
    """Records of one community, in an order that means nothing; the same for the same seed.

    Besides `count` records of every kind there are a hundred of three crowds: one looks at one
    post from everywhere, one goes back and forth on one day, one takes part in an experiment.
    """
    chance = random.Random(seed)
    made: list[Record] = [*_crowd(chance), *_storm(chance), *_trial(chance)]
    for number in range(count):
        kind = chance.random()
        if kind < 0.1:
            made.append(chance.choice([_user, _user, _experiment, _community])(chance))
        elif kind < 0.12:
            made.append(chance.choice(BROKEN))
        else:
            made.append(_event(chance, f"event_{number}", *event_of(chance)))
    chance.shuffle(made)
    return made


def batches(seed: int, made: list[Record], most: int) -> list[list[Record]]:
    """The records cut into landing files of uneven size, at most `most` of them."""
    chance = random.Random(seed)
    cuts = sorted(chance.sample(range(1, len(made)), chance.randint(1, most - 1)))
    return [made[start:end] for start, end in zip([0, *cuts], [*cuts, len(made)], strict=True)]


def _crowd(chance: random.Random) -> list[Record]:
    """More cities than are shown look at one post, each once."""
    made: list[Record] = []
    for number, city in enumerate(CITIES):
        view = _event(chance, f"view_{number}", "post_view", {"postId": POSTS[0]})
        made.append({**view, "metadata": {"city": city, "country": chance.choice(["NP", city])}})
    return made


def _storm(chance: random.Random) -> list[Record]:
    """Three users go back and forth about one community, one post and one user all day."""
    day = timedelta(days=chance.choice(DAYS))
    made: list[Record] = []
    for number in range(36):
        event = _event(chance, f"storm_{number}", *storming_event_of(chance))
        at = START + day + STEP * chance.choice(BUSY_STEPS)
        made.append({**event, "userId": chance.choice(USERS[:3]), "timestamp": at.isoformat()})
    return made


def _trial(chance: random.Random) -> list[Record]:
    """Users who mostly keep their variant act at the borders of what an experiment counts."""
    made: list[Record] = []
    for number, user in enumerate(USERS):
        at = datetime.fromisoformat(_instant(chance))
        for again in range(chance.choice([1, 1, 1, 2, 3])):
            variant = VARIANTS[number % 2] if chance.random() < 0.8 else chance.choice(VARIANTS)
            given = {"experimentId": TRIAL, "variant": variant}
            event = _event(chance, f"trial_{number}_{again}", "experiment_assigned", given)
            late = again * STEP
            made.append({**event, "userId": user, "timestamp": (at + late).isoformat()})
        for act in range(4):
            name, data = chance.choice([("post_like", {"postId": POSTS[1]}), ("page_view", {})])
            event = _event(chance, f"trial_{number}_act_{act}", name, data)
            acted_at = at + chance.choice(OFFSETS)
            made.append({**event, "userId": user, "timestamp": acted_at.isoformat()})
    return [*made, *(_trial_entity(chance, made) for _ in range(3))]


def _trial_entity(chance: random.Random, made: list[Record]) -> Record:
    """A snapshot of the trial that ends never or just when something happened in it."""
    ends = [one["timestamp"] for one in made if isinstance(one, dict)]
    data = {"endDate": chance.choice([None, chance.choice(ends)]), "variants": VARIANTS[:2]}
    told = {**_experiment(chance)["data"], **data, "targetMetrics": chance.sample(METRICS, 4)}
    return _snapshot(chance, "experiment", [TRIAL], told)


def _event(chance: random.Random, event_id: str, name: str, data: dict[str, Any]) -> dict[str, Any]:
    if name == "error_occurred" and chance.random() < 0.9:
        # One of the ids that resolutions name; of errors of one id the first landed is the event.
        event_id = chance.choice(ERRORS)
    if chance.random() < 0.12:
        # A duplicate by id, mostly with content of its own.
        event_id = f"event_{chance.randrange(40)}"
    if chance.random() < 0.05:
        event_id = str(uuid.UUID(int=chance.randrange(5)))
    event: dict[str, Any] = {
        "eventId": event_id,
        "eventName": name,
        "timestamp": _instant(chance),
        "data": data,
        "metadata": metadata_of(chance),
    }
    if chance.random() < 0.85:
        event["userId"] = USERS[int(len(USERS) * chance.random() ** 1.5)]
    if chance.random() < 0.5:
        event["sessionId"] = chance.choice(SESSIONS)
    return event


def _user(chance: random.Random) -> Record:
    data: dict[str, Any] = {"username": chance.choice([*USERNAMES, None])}
    if chance.random() < 0.5:
        data["role"] = chance.choice(["premium", "", "moderator"])
    if chance.random() < 0.5:
        data["registrationSource"] = chance.choice(SOURCES)
    if chance.random() < 0.5:
        data["createdAt"] = chance.choice(
            ["2023-05-05T05:05:05Z", _instant(chance), "not a time", "2023-02-30T00:00:00Z"]
        )
    return _snapshot(chance, "user", [*USERS, "user_never_acts"], data)


def _experiment(chance: random.Random) -> dict[str, Any]:
    """Snapshots disagree about everything, and the application checked nothing."""
    data = {
        "name": chance.choice(["button colour", "renamed", 7, None]),
        "description": chance.choice(["é", ""]),
        "startDate": chance.choice(INSTANTS),
        "endDate": chance.choice(INSTANTS),
        "status": chance.choice(["active", "completed", "", None]),
        "variants": chance.choice([VARIANTS, ["b", "control"], [], "control", None]),
        "trafficAllocation": chance.choice([{"control": 0.5, "b": 0.5}, {"b": "half"}, 1, None]),
        "targetMetrics": chance.choice([METRICS, METRICS[1:3], METRICS[:1], [], "likes", None]),
    }
    return _snapshot(chance, "experiment", [*EXPERIMENTS, "experiment_silent"], data)


def _community(chance: random.Random) -> Record:
    data = {"name": chance.choice(["गाउँ", "renamed", None]), "createdAt": chance.choice(INSTANTS)}
    return _snapshot(chance, "community", [*COMMUNITIES, "community_silent"], data)


def _snapshot(
    chance: random.Random, kind: str, refs: list[str], data: dict[str, Any]
) -> dict[str, Any]:
    return {
        "entityType": kind,
        "entityId": chance.choice(refs),
        "updatedAt": _instant(chance),
        "data": data,
    }


def _instant(chance: random.Random) -> str:
    busy = chance.random() < 0.6
    step = chance.choice(BUSY_STEPS) if busy else chance.randrange(STEPS_A_DAY)
    at = START + timedelta(days=chance.choice(DAYS)) + STEP * step
    return at.isoformat().replace("+00:00", chance.choice(["Z", "+00:00", ".000Z"]))
