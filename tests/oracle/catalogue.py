"""Section 2 transcribed by hand: what an event of each type may carry.

Deliberately not read from the loaders' catalogue: this is the second reading of the same page.
A field is written `name[*][:type]`; a field without a type is a string.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from .records import Event
from .timestamps import RFC3339, parse_timestamp

POST_TYPES = ("text", "image", "video")
ITEM_TYPES = ("hashtag", "topic", "trend", "content")
LONGEST_MILLISECONDS = 10**12
FURTHEST_OFFSET = timedelta(hours=14)


class EventType(NamedTuple):
    category: str
    interaction: bool
    fields: str


EVENT_TYPES: dict[str, EventType] = {
    "session_start": EventType(
        "system",
        False,
        "platform deviceInfo:object ipAddress userAgent screenResolution viewportSize"
        " city region country",
    ),
    "session_end": EventType("system", False, "reason"),
    "page_view": EventType("user_action", False, "title scrollDepth:share loadTime:duration"),
    "tab_switch": EventType("user_action", False, "fromTab toTab"),
    "post_created": EventType(
        "user_action",
        True,
        "postId* postType:postType contentLength:count hasMedia:boolean creationTime:timestamp"
        " communityId",
    ),
    "post_view": EventType(
        "user_action",
        False,
        "postId* postAuthor postType:postType viewDuration:duration communityId",
    ),
    "post_like": EventType("user_action", True, "postId* postAuthor action:like communityId"),
    "post_share": EventType("user_action", True, "postId* postAuthor shareTarget communityId"),
    "post_comment": EventType(
        "user_action",
        True,
        "postId* postAuthor commentId parentCommentId commentLength:count communityId",
    ),
    "post_save": EventType("user_action", True, "postId* postAuthor action:save"),
    "user_follow": EventType("user_action", True, "targetUserId* action:follow"),
    "profile_view": EventType("user_action", False, "profileUserId*"),
    "message_sent": EventType(
        "user_action", True, "recipientId* messageType:messageType messageLength:count"
    ),
    "community_join": EventType("user_action", True, "communityId*"),
    "community_leave": EventType("user_action", True, "communityId* reason"),
    "community_post": EventType(
        "user_action", True, "communityId* postId* postType:postType contentLength:count"
    ),
    "news_article_view": EventType(
        "user_action", False, "articleId* category source timeSpent:duration"
    ),
    "news_article_share": EventType("user_action", True, "articleId* shareTarget"),
    "trending_item_view": EventType(
        "user_action", False, "itemId* platform itemType:itemType position:number"
    ),
    "trending_item_click": EventType(
        "user_action", True, "itemId* platform itemType:itemType position:number"
    ),
    "search_performed": EventType("user_action", True, "query* resultsCount:count searchType"),
    "search_result_click": EventType("user_action", True, "resultId* query position:number"),
    "media_upload": EventType("user_action", True, "mediaId* mediaType:mediaType fileSize:count"),
    "media_view": EventType("user_action", False, "mediaId* viewDuration:duration"),
    "story_view": EventType("user_action", False, "storyId* storyAuthor viewDuration:duration"),
    "error_occurred": EventType(
        "error", False, "errorType* errorMessage* errorStack severity:severity category"
    ),
    "error_resolved": EventType("system", False, "errorId*"),
    "performance_metric": EventType(
        "performance", False, "metricName* metricValue*:number metricUnit:metricUnit"
    ),
    "experiment_assigned": EventType("system", False, "experimentId* variant*"),
    "consent_updated": EventType("system", False, "analytics*:boolean"),
}

ENUMS: dict[str, tuple[str, ...]] = {
    "postType": POST_TYPES,
    "itemType": ITEM_TYPES,
    "like": ("like", "unlike"),
    "save": ("save", "unsave"),
    "follow": ("follow", "unfollow"),
    "messageType": ("text", "media", "emoji"),
    "mediaType": ("image", "video", "audio"),
    "severity": ("low", "medium", "high", "critical"),
    "metricUnit": ("ms", "bytes", "count", "percentage"),
}

BOUNDS: dict[str, tuple[int | None, int | None]] = {
    "number": (None, None),
    "count": (0, None),
    "duration": (0, LONGEST_MILLISECONDS),
    "share": (0, 1),
}

PYTHON_TYPES: dict[str, type[Any]] = {"boolean": bool, "object": dict}


def is_interaction(event: Event) -> bool:
    """Whether the event counts as an interaction."""
    return EVENT_TYPES[event.name].interaction


def violations(event: Event) -> list[dict[str, str]]:
    """Every violation of the event, in the order of the catalogue's fields; none when valid."""
    if event.name not in EVENT_TYPES:
        return [{"field": "eventName", "violation": "unknown"}]
    found = []
    for declared in EVENT_TYPES[event.name].fields.split():
        name, _, kind = declared.partition(":")
        required = name.endswith("*")
        name = name.removesuffix("*")
        violation = _violation(event.data.get(name), kind or "string", required)
        if violation is not None:
            found.append({"field": f"data.{name}", "violation": violation})
    return found


def _violation(value: Any, kind: str, required: bool) -> str | None:
    if value is None or (required and value == ""):
        return "missing" if required else None
    if kind in BOUNDS:
        return _number_violation(value, *BOUNDS[kind])
    if not isinstance(value, PYTHON_TYPES.get(kind, str)):
        return "wrong_type"
    if kind == "timestamp" and not _is_timestamp(value):
        return "wrong_type"
    return "not_in_enum" if kind in ENUMS and value not in ENUMS[kind] else None


def _number_violation(value: Any, minimum: int | None, maximum: int | None) -> str | None:
    if not isinstance(value, Decimal):
        return "wrong_type"
    if minimum is not None and value < minimum:
        return "below_minimum"
    if maximum is not None and value > maximum:
        return "above_maximum"
    return None


def _is_timestamp(text: str) -> bool:
    try:
        parse_timestamp(text)
    except ValueError:
        return False
    hours, minutes = RFC3339.fullmatch(text).groups()[8:]  # type: ignore[union-attr]
    return timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) <= FURTHEST_OFFSET
