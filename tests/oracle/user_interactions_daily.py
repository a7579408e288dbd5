"""`user_interactions_daily`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .identity import date_in, derived_uuid, four_places, uuid_of
from .records import Event
from .states import is_doing

COUNTED = {
    "post_created": "posts_created",
    "post_view": "posts_viewed",
    "post_share": "posts_shared",
    "post_comment": "comments_posted",
    "message_sent": "messages_sent",
    "profile_view": "profile_views",
    "news_article_view": "news_articles_viewed",
    "trending_item_view": "trending_items_viewed",
    "story_view": "stories_viewed",
    "media_upload": "media_uploaded",
    "community_join": "communities_joined",
    "community_leave": "communities_left",
    "community_post": "community_posts",
    "page_view": "pages_viewed",
}
COLUMNS = (*COUNTED.values(), "posts_liked", "follows_made", "unfollows_made")

ACTIVITY_POINTS = {
    "posts_created": Decimal(5),
    "comments_posted": Decimal(3),
    "posts_liked": Decimal(1),
    "posts_shared": Decimal(4),
    "posts_viewed": Decimal("0.1"),
    "news_articles_viewed": Decimal("0.2"),
    "trending_items_viewed": Decimal("0.2"),
    "stories_viewed": Decimal("0.2"),
    "media_uploaded": Decimal(2),
    "community_posts": Decimal(3),
}
SOCIAL_POINTS = {
    "follows_made": Decimal(2),
    "messages_sent": Decimal(1),
    "profile_views": Decimal("0.5"),
    "communities_joined": Decimal(2),
}


@dataclass(slots=True)
class Day:
    """What one user did on one date."""

    counts: Counter[str] = field(default_factory=Counter)
    sessions: int = 0
    session_duration: timedelta = timedelta(0)

    @property
    def activity(self) -> Decimal:
        return _points(self.counts, ACTIVITY_POINTS)

    @property
    def social(self) -> Decimal:
        return _points(self.counts, SOCIAL_POINTS)


def days_of_users(
    events: Sequence[Event], sessions: Sequence[dict[str, Any]], zone: str
) -> dict[tuple[str, date], Day]:
    """(user, date) to what the user did then.

    Args:
        events: the processed events, earliest first.
        sessions: rows of `user_sessions`.
        zone: the reporting time zone.
    """
    days: dict[tuple[str, date], Day] = defaultdict(Day)
    for event in events:
        if event.user is not None:
            day = days[event.user, date_in(zone, event.at)]
            day.counts.update(_counted_as(event))
    for session in sessions:
        if session["user_ref"] is not None:
            day = days[session["user_ref"], date_in(zone, session["started_at"])]
            day.sessions += 1
            day.session_duration += session["duration"]
    return days


def user_interactions_daily(days: dict[tuple[str, date], Day]) -> list[dict[str, Any]]:
    """One row a user and date."""
    return [_row(user, day, done) for (user, day), done in days.items()]


def _row(user: str, day: date, done: Day) -> dict[str, Any]:
    user_id = uuid_of("user", user)
    return {
        "id": derived_uuid(f"user_day:{user_id}:{day.isoformat()}"),
        "user_id": user_id,
        "user_ref": user,
        "date": day,
        **{column: done.counts[column] for column in COLUMNS},
        "sessions_count": done.sessions,
        "total_session_duration": done.session_duration,
        "engagement_score": four_places(done.activity + done.social),
    }


def _counted_as(event: Event) -> list[str]:
    if event.name == "post_like":
        return ["posts_liked"] if is_doing(event, "like") else []
    if event.name == "user_follow":
        return ["follows_made" if is_doing(event, "follow") else "unfollows_made"]
    return [COUNTED[event.name]] if event.name in COUNTED else []


def _points(counts: Counter[str], weights: dict[str, Decimal]) -> Decimal:
    return sum((counts[column] * weight for column, weight in weights.items()), Decimal(0))
