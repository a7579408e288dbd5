"""A tiny community in which everything that makes an incremental build hard happens often.

Few users, posts and sessions share a coarse clock, so that equal timestamps, gaps of exactly
30 minutes, sessions of several users, unlikes before likes, renames, consent toggles, anonymous
visitors, duplicates with other content and broken records meet in a few hundred records. The
simulator of `loaders.simulation` is believable; this one is only nasty.
"""

import random
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

Record = Mapping[str, Any] | bytes

START = datetime(2024, 1, 30, 12, tzinfo=UTC)
STEP = timedelta(minutes=10)
STEPS_A_DAY = 24 * 6
# Some next to each other, some just inside and outside a window of 30 dates.
DAYS = [0, 1, 2, 29, 30, 31, 45]
NAMED_USERS = [f"user_{number}" for number in range(6)]
USERS = [*NAMED_USERS, "0f8fad5b-d9cb-469f-a165-70867728950e", "üser 'quoted' \"é\""]
USERNAMES = ["asha", "bikram", "user_1", "only_followed"]
POSTS = [f"post_{number}" for number in range(12)]
STORIES = ["story_0", "story_1"]
COMMUNITIES = ["community_0", "community_1"]
SESSIONS = [f"session_{number}" for number in range(5)]


def records(seed: int, count: int = 160) -> list[Record]:
    """Records of one community, in an order that means nothing; the same for the same seed."""
    chance = random.Random(seed)
    made: list[Record] = []
    for number in range(count):
        kind = chance.random()
        if kind < 0.08:
            made.append(_entity(chance))
        elif kind < 0.11:
            made.append(chance.choice([b"not json", b'{"eventId": 1}', b"[]", b'{"a": "\\u0000"}']))
        else:
            made.append(_event(chance, f"event_{number}"))
    chance.shuffle(made)
    return made


def batches(seed: int, made: list[Record], most: int) -> list[list[Record]]:
    """The records cut into landing files of uneven size, at most `most` of them."""
    chance = random.Random(seed)
    cuts = sorted(chance.sample(range(1, len(made)), chance.randint(1, most - 1)))
    return [made[start:end] for start, end in zip([0, *cuts], [*cuts, len(made)], strict=True)]


def _event(chance: random.Random, event_id: str) -> Record:
    name, fields = chance.choice(_EVENTS)
    data = fields(chance)
    if chance.random() < 0.15:
        # A duplicate by id, mostly with content of its own.
        event_id = f"event_{chance.randrange(40)}"
    if chance.random() < 0.05:
        event_id = str(uuid.UUID(int=chance.randrange(5)))
    if chance.random() < 0.05:
        data = {**data, "postId": 7, "articleId": None, "targetUserId": ""}
    event: dict[str, Any] = {
        "eventId": event_id,
        "eventName": name,
        "timestamp": _instant(chance),
        "data": data,
        "metadata": _metadata(chance),
    }
    if chance.random() < 0.85:
        event["userId"] = chance.choice(USERS)
    if chance.random() < 0.6:
        event["sessionId"] = chance.choice(SESSIONS)
    return event


def _entity(chance: random.Random) -> Record:
    data: dict[str, Any] = {"username": chance.choice([*USERNAMES, None])}
    if chance.random() < 0.5:
        data["role"] = chance.choice(["premium", "", "moderator"])
    if chance.random() < 0.5:
        data["createdAt"] = chance.choice(
            ["2023-05-05T05:05:05Z", "not a time", "2023-02-30T00:00:00Z"]
        )
    return {
        "entityType": "user",
        "entityId": chance.choice([*USERS, "user_never_acts"]),
        "updatedAt": _instant(chance),
        "data": data,
    }


def _instant(chance: random.Random) -> str:
    at = START + timedelta(days=chance.choice(DAYS)) + STEP * chance.randrange(STEPS_A_DAY)
    return at.isoformat().replace("+00:00", chance.choice(["Z", "+00:00", ".000Z"]))


def _metadata(chance: random.Random) -> dict[str, Any]:
    every = {
        "platform": chance.choice(["web", "ios", "toaster", None]),
        "country": chance.choice(["NP", "IN", None]),
        "ipAddress": chance.choice(["203.0.113.77", "2001:db8:1:2::9", "nonsense"]),
        "serverProcessingTimeMs": chance.choice([12, 3.5, -1, 1e300, "x"]),
    }
    return {key: value for key, value in every.items() if chance.random() < 0.5}


def _post(chance: random.Random) -> dict[str, Any]:
    data: dict[str, Any] = {"postId": chance.choice(POSTS)}
    if chance.random() < 0.4:
        data["postAuthor"] = chance.choice([*USERS, *USERNAMES, "author_never_seen"])
    return data


def _with(field: str, values: list[Any]) -> Callable[[random.Random], dict[str, Any]]:
    return lambda chance: {field: chance.choice(values)}


def _acting(
    fields: Callable[[random.Random], dict[str, Any]], actions: list[str]
) -> Callable[[random.Random], dict[str, Any]]:
    def made(chance: random.Random) -> dict[str, Any]:
        action = chance.choice([*actions, *actions, None])
        return {**fields(chance), **({"action": action} if action else {})}

    return made


def _target(chance: random.Random) -> dict[str, Any]:
    return {"targetUserId": chance.choice([*USERS, "only_followed"])}


def _story(chance: random.Random) -> dict[str, Any]:
    return {
        "storyId": chance.choice(STORIES),
        "storyAuthor": chance.choice([*USERS, "story_author"]),
    }


def _session_start(chance: random.Random) -> dict[str, Any]:
    every = {
        "platform": chance.choice(["android", "fridge"]),
        "deviceInfo": {"model": chance.choice(["a", "b"])},
        "city": chance.choice(["Kathmandu", "Patan"]),
        "ipAddress": chance.choice(["198.51.100.9", "no address"]),
        "screenResolution": "1080x1920",
    }
    return {key: value for key, value in every.items() if chance.random() < 0.5}


_EVENTS: list[tuple[str, Callable[[random.Random], dict[str, Any]]]] = [
    ("session_start", _session_start),
    ("page_view", lambda chance: {"scrollDepth": chance.choice([0, 0.25, 1])}),
    ("page_view", lambda _: {}),
    ("post_created", _with("postId", POSTS)),
    ("community_post", lambda chance: {**_post(chance), "communityId": COMMUNITIES[0]}),
    ("post_view", lambda chance: {**_post(chance), "viewDuration": chance.choice([0, 1500])}),
    ("post_like", _acting(_post, ["like", "unlike"])),
    ("post_like", _acting(_post, ["like", "unlike"])),
    ("post_share", _post),
    ("post_comment", _post),
    ("post_save", _acting(_post, ["save", "unsave"])),
    (
        "user_follow",
        _acting(_with("targetUserId", [*USERS, "only_followed"]), ["follow", "unfollow"]),
    ),
    (
        "story_view",
        lambda chance: {
            "storyId": chance.choice(STORIES),
            "storyAuthor": chance.choice([*USERS, "story_author"]),
        },
    ),
    ("community_join", _with("communityId", COMMUNITIES)),
    ("community_leave", _with("communityId", COMMUNITIES)),
    ("message_sent", _with("recipientId", USERS)),
    ("profile_view", _with("profileUserId", USERS)),
    ("consent_updated", _with("analytics", [True, False, False])),
    ("consent_updated", _with("analytics", [True, False, "yes"])),
    ("post_bookmark", _post),
]
