"""`content_analytics`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .entities import text
from .identity import four_places, uuid_of
from .people import People, post_authors, story_authors
from .records import Event
from .states import likes, saves

# Event type -> the type of its content, the field that names it.
CONTENTS = {
    "post_created": ("post", "postId"),
    "community_post": ("post", "postId"),
    "post_view": ("post", "postId"),
    "post_like": ("post", "postId"),
    "post_share": ("post", "postId"),
    "post_comment": ("post", "postId"),
    "post_save": ("post", "postId"),
    "news_article_view": ("news_article", "articleId"),
    "news_article_share": ("news_article", "articleId"),
    "story_view": ("story", "storyId"),
}
# Views, and the field that says how long one took.
VIEWS = {
    "post_view": "viewDuration",
    "news_article_view": "timeSpent",
    "story_view": "viewDuration",
}
SHARES = ("post_share", "news_article_share")
MILLISECOND = Decimal(1000)  # in microseconds
BOUNCED_UNDER = Decimal(3000)  # milliseconds
FULL_MARKS_SECONDS = Decimal(30)
MOST_PLACES = 10

Content = tuple[str, str]


def content_analytics(events: Sequence[Event], known: People) -> list[dict[str, Any]]:
    """One row a content type and id. `events` are the processed ones, earliest first."""
    by_content: dict[Content, list[Event]] = defaultdict(list)
    authors = _authors(events, known)
    for event in events:
        if event.name in CONTENTS:
            kind, field = CONTENTS[event.name]
            by_content[kind, event.data[field]].append(event)
        if comment := _comment(event):
            # A comment is there by being made; making it is nobody's comment on it.
            by_content.setdefault(comment, [])
    liked = Counter(("post", post) for _, post in likes(events))
    saved = Counter(("post", post) for _, post in saves(events))
    return [
        _row(content, its, authors.get(content), liked[content], saved[content])
        for content, its in by_content.items()
    ]


def _authors(events: Sequence[Event], known: People) -> dict[Content, str]:
    authors: dict[Content, str] = {}
    for event in events:
        comment = _comment(event)
        if comment and event.user is not None:
            authors.setdefault(comment, event.user)
    posts = {("post", post): author for post, author in post_authors(events, known).items()}
    stories = {("story", story): author for story, author in story_authors(events, known).items()}
    return authors | posts | stories


def _comment(event: Event) -> Content | None:
    ref = event.data.get("commentId") if event.name == "post_comment" else None
    return ("comment", ref) if ref else None


def _row(
    content: Content, events: list[Event], author: str | None, liked: int, saved: int
) -> dict[str, Any]:
    views = [event for event in events if event.name in VIEWS]
    shares = sum(event.name in SHARES for event in events)
    comments = sum(event.name == "post_comment" for event in events)
    viewers = _viewers(views)
    points = liked + 3 * comments + 4 * shares + 2 * saved + Decimal("0.1") * len(views)
    return {
        "content_id": uuid_of(*content),
        "content_type": content[0],
        "content_ref": content[1],
        "author_id": uuid_of("user", author),
        "views_count": len(views),
        "unique_views_count": viewers,
        "likes_count": liked,
        "shares_count": shares,
        "comments_count": comments,
        "saves_count": saved,
        "shares_to_views_ratio": _rounded(_ratio(shares, views)),
        "viral_coefficient": _rounded(_ratio(shares, views)),
        "comments_to_views_ratio": _rounded(_ratio(comments, views)),
        "engagement_rate": _rounded(_ratio(liked + comments + shares, views)),
        "top_countries": _top(views, "country"),
        "top_cities": _top(views, "city"),
        "engagement_score": four_places(Decimal(points)),
        "virality_score": four_places(_virality(shares, viewers)),
        **_durations(views, _ratio(comments, views)),
    }


def _viewers(views: list[Event]) -> int:
    """Distinct users, and distinct sessions where anonymous; a view with neither is nobody's."""
    return len({(event.user, event.user or event.session) for event in views} - {(None, None)})


def _durations(views: list[Event], comments_to_views: Decimal | None) -> dict[str, Any]:
    told = [event.data.get(VIEWS[event.name]) for event in views]
    durations = [duration for duration in told if duration is not None]
    total = sum(durations, Decimal(0))
    mean = total / len(durations) if durations else None
    bounced = sum(duration < BOUNCED_UNDER for duration in durations)
    bounce_rate = Decimal(bounced) / len(durations) if durations else None
    return {
        "total_view_duration": _interval(total) if durations else None,
        "avg_view_duration": _interval(mean),
        "bounce_rate": _rounded(bounce_rate),
        "quality_score": four_places(_quality(bounce_rate, mean, comments_to_views)),
    }


def _quality(
    bounce_rate: Decimal | None, mean: Decimal | None, comments_to_views: Decimal | None
) -> Decimal:
    """Of 100; `mean` in milliseconds. What is not known counts nothing."""
    stayed = Decimal(0) if bounce_rate is None else 1 - bounce_rate
    seconds = (mean or Decimal(0)) / 1000
    attention = min(Decimal(1), seconds / FULL_MARKS_SECONDS)
    talk = min(Decimal(1), 10 * (comments_to_views or Decimal(0)))
    return 100 * (Decimal("0.5") * stayed + Decimal("0.3") * attention + Decimal("0.2") * talk)


def _virality(shares: int, viewers: int) -> Decimal:
    return 100 * (1 - (Decimal(-5 * shares) / viewers).exp()) if viewers else Decimal(0)


def _top(views: list[Event], key: str) -> list[dict[str, Any]] | None:
    """The places with most views, of equals the first by name; None where no view tells one."""
    told = (text(event.metadata.get(key)) for event in views)
    counts = Counter(place for place in told if place is not None)
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0].encode()))
    return [{key: place, "views": count} for place, count in order[:MOST_PLACES]] or None


def _ratio(part: int, views: list[Event]) -> Decimal | None:
    return Decimal(part) / len(views) if views else None


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else four_places(value)


def _interval(milliseconds: Decimal | None) -> timedelta | None:
    if milliseconds is None:
        return None
    microseconds = (milliseconds * MILLISECOND).to_integral_value(ROUND_HALF_UP)
    return timedelta(microseconds=int(microseconds))
