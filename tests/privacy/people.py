"""A hostile community in which one person, and everything about her, has names of her own.

What makes an incremental build hard is the hostile community's; besides, others name her in every
way they can: as a target, an author, by user name, within a text, in records that are broken.
"""

import json
from collections.abc import Mapping
from typing import Any

from tests.integration import hostile_community

Record = Mapping[str, Any] | bytes

ERIKA = "erika-7f3a"
USERNAME = "erika_m"
EMAIL = "Erika.M@Example.org"
NAMES = (ERIKA, USERNAME, EMAIL)
# Names that begin or end like hers, of people who stay.
BYSTANDERS = ("erika-7f3a-b", "xerika_m", "erika_mm")
_IN_COMMUNITY = "user_1"


def records(seed: int) -> list[Record]:
    """Records of the community, in which Erika is one of the busiest, and those about her."""
    told = [_renamed(one) for one in hostile_community.records(seed)]
    return [*told, *_about_her(), *_of_bystanders()]


def _renamed(record: Record) -> Record:
    if isinstance(record, bytes):
        return record
    if record.get("entityType") == "user":
        # What others are called there stays theirs.
        if record["entityId"] != _IN_COMMUNITY:
            return record
        return {**record, "entityId": ERIKA, "data": {**record["data"], "username": USERNAME}}
    renamed: Record = json.loads(json.dumps(record).replace(f'"{_IN_COMMUNITY}"', f'"{ERIKA}"'))
    return renamed


def event(event_id: str, name: str, user: str | None, /, **more: Any) -> dict[str, Any]:
    """An event of some day in the life of the community."""
    record = {"eventId": event_id, "eventName": name, "timestamp": "2024-02-01T10:00:00Z"}
    return record | ({"userId": user} if user else {}) | more


def user(user_id: str, username: str, email: str | None = None) -> dict[str, Any]:
    """An entity of a user."""
    data = {"username": username, "email": email, "role": "premium"}
    return {
        "entityType": "user",
        "entityId": user_id,
        "updatedAt": "2024-12-31T10:00:00Z",
        "data": data,
    }


def _about_her() -> list[Record]:
    url = f"https://chhimeki.example/users/{ERIKA}?from={USERNAME}"
    community = {"name": "Friends", "createdBy": ERIKA, "notes": [{"by": EMAIL.lower()}]}
    return [
        user(ERIKA, USERNAME, EMAIL),
        event("about_1", "user_follow", "user_2", data={"targetUserId": ERIKA}),
        event("about_2", "profile_view", "user_2", data={"profileUserId": ERIKA}),
        event("about_3", "message_sent", "user_3", data={"recipientId": ERIKA}),
        event("about_4", "post_view", "user_2", data={"postId": "hers", "postAuthor": USERNAME}),
        event("about_5", "story_view", None, data={"storyId": "s", "storyAuthor": ERIKA}),
        event("about_6", "search_performed", "user_2", data={"query": f"who is @{USERNAME}?"}),
        event("about_7", "page_view", "user_2", metadata={"url": url, "n": 1e300}, note=EMAIL),
        event("about_8", "session_start", None, sessionId="before_login", data={"city": "Patan"}),
        event("about_9", "page_view", ERIKA, sessionId="before_login"),
        event("about_10", "post_created", ERIKA, data={"postId": "hers"}),
        {
            "entityType": "community",
            "entityId": "community_0",
            "updatedAt": "2024-12-31T10:00:00Z",
            "data": community,
        },
        json.dumps({"eventId": "", "userId": ERIKA, "email": EMAIL}).encode(),
        f"broken, by {USERNAME}".encode(),
    ]


def _of_bystanders() -> list[Record]:
    return [
        event(f"bystander_{number}", "page_view", name, metadata={"url": f"/{name}"})
        for number, name in enumerate(BYSTANDERS)
    ]
