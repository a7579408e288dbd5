"""`users`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from .entities import instant, text
from .identity import date_in, four_places, uuid_of
from .people import CREATIONS, People, mentioned, post_authors, story_authors
from .records import Event
from .states import follows, likes
from .user_interactions_daily import Day

WINDOW = 30
PROFILE = {
    "username": "username",
    "email": "email",
    "timezone": "timezone",
    "language": "language",
    "country_code": "countryCode",
    "registration_source": "registrationSource",
}


def users(
    events: Sequence[Event],
    known: People,
    sessions: Sequence[dict[str, Any]],
    days: dict[tuple[str, date], Day],
    zone: str,
) -> list[dict[str, Any]]:
    """One row a user entity, actor, follow target or content author.

    Args:
        events: the processed events, earliest first.
        known: the people of those events and of the entities.
        sessions: rows of `user_sessions`.
        days: what each user did on each date.
        zone: the reporting time zone.
    """
    authors = post_authors(events, known)
    refs = known.entities.keys() | known.actors | known.targets
    refs = refs | set(authors.values()) | set(story_authors(events, known).values())
    own = _own_times(events)
    targeted = _first_targeted(events, known)
    totals = _totals(events, authors, sessions)
    durations = _session_durations(sessions)
    scores = _scores(days, date_in(zone, events[-1].at)) if events else {}
    return [
        {
            **_identity(ref, known),
            "created_at": _created_at(ref, known, own, targeted),
            "last_active_at": own[ref][1] if ref in own else None,
            **{column: counts[ref] for column, counts in totals.items()},
            "total_session_duration": durations[ref],
            "engagement_score": scores.get(ref, four_places(Decimal(0))),
        }
        for ref in refs
    ]


def _identity(ref: str, known: People) -> dict[str, Any]:
    entity = known.entities.get(ref)
    data = entity.data if entity else {}
    return {
        "id": uuid_of("user", ref),
        "user_ref": ref,
        **{column: text(data.get(key)) for column, key in PROFILE.items()},
        "role": text(data.get("role")) or "free",
        "updated_at": entity.updated_at if entity else None,
    }


def _created_at(
    ref: str,
    known: People,
    own: dict[str, tuple[datetime, datetime]],
    targeted: dict[str, datetime],
) -> datetime | None:
    if ref in known.entities:
        # Where the entity does not say, the user's events do.
        created_at = instant(known.entities[ref].data.get("createdAt"))
        if created_at is not None:
            return created_at
    return own[ref][0] if ref in own else targeted.get(ref)


def _own_times(events: Sequence[Event]) -> dict[str, tuple[datetime, datetime]]:
    """User to the times of the first and last processed event of theirs."""
    times: dict[str, tuple[datetime, datetime]] = {}
    for event in events:
        if event.user is not None:
            first, _ = times.get(event.user, (event.at, event.at))
            times[event.user] = first, event.at
    return times


def _first_targeted(events: Sequence[Event], known: People) -> dict[str, datetime]:
    times: dict[str, datetime] = {}
    for event in events:
        for user in mentioned(event, known):
            times.setdefault(user, event.at)
    return times


def _totals(
    events: Sequence[Event], authors: dict[str, str], sessions: Sequence[dict[str, Any]]
) -> dict[str, Counter[Any]]:
    """Column to its count of each user."""
    liked, followed = likes(events), follows(events)
    posts = {(event.user, event.data["postId"]) for event in events if event.name in CREATIONS}
    comments = [event for event in events if event.name == "post_comment"]
    shares = [event for event in events if event.name == "post_share"]
    return {
        "total_posts": Counter(user for user, _ in posts),
        "total_likes_given": Counter(user for user, _ in liked),
        "total_likes_received": Counter(authors.get(post) for _, post in liked),
        "total_comments_given": Counter(event.user for event in comments),
        "total_comments_received": _received(comments, authors),
        "total_shares_given": Counter(event.user for event in shares),
        "total_shares_received": _received(shares, authors),
        "total_followers": Counter(target for _, target in followed),
        "total_following": Counter(user for user, _ in followed),
        "total_sessions": Counter(session["user_ref"] for session in sessions),
    }


def _received(events: Iterable[Event], authors: dict[str, str]) -> Counter[Any]:
    return Counter(authors.get(event.data["postId"]) for event in events)


def _session_durations(sessions: Sequence[dict[str, Any]]) -> dict[Any, timedelta]:
    durations: dict[Any, timedelta] = defaultdict(timedelta)
    for session in sessions:
        durations[session["user_ref"]] += session["duration"]
    return durations


def _scores(days: dict[tuple[str, date], Day], as_of: date) -> dict[str, Decimal]:
    """User to engagement score over the window of dates that ends at `as_of`."""
    recent: dict[str, list[Day]] = defaultdict(list)
    for (user, day), done in days.items():
        if as_of - timedelta(days=WINDOW) < day <= as_of:
            recent[user].append(done)
    return {user: _score(done) for user, done in recent.items()}


def _score(days: list[Day]) -> Decimal:
    activity = _saturating(sum((day.activity for day in days), Decimal(0)), Decimal(50))
    social = _saturating(sum((day.social for day in days), Decimal(0)), Decimal(20))
    consistency = Decimal(100) * len(days) / WINDOW
    return four_places(
        Decimal("0.5") * activity + Decimal("0.3") * social + Decimal("0.2") * consistency
    )


def _saturating(points: Decimal, scale: Decimal) -> Decimal:
    return 100 * (1 - (-points / scale).exp())
