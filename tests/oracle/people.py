"""Who there is, what they are called now, and who wrote what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .entities import current, text
from .records import Entity, Event

CREATIONS = ("post_created", "community_post")


@dataclass(frozen=True, slots=True)
class People:
    """The users that are known before any author is resolved."""

    entities: dict[str, Entity]
    actors: set[str]
    targets: set[str]
    by_username: dict[str, str] = field(default_factory=dict)

    def named(self, name: str) -> str:
        """The user a `postAuthor` or `storyAuthor` stands for."""
        if name in self.entities or name in self.actors or name in self.targets:
            return name
        return self.by_username.get(name, name)


def people(entities: Iterable[Entity], events: Sequence[Event]) -> People:
    """Gather the users from all landed entities and the processed events."""
    profiles = current(entities, "user")
    by_username: dict[str, str] = {}
    for ref in sorted(profiles, key=str.encode):
        username = text(profiles[ref].data.get("username"))
        if username is not None:
            by_username.setdefault(username, ref)
    return People(
        entities=profiles,
        actors={event.user for event in events if event.user is not None},
        targets={event.data["targetUserId"] for event in events if event.name == "user_follow"},
        by_username=by_username,
    )


def post_authors(events: Sequence[Event], known: People) -> dict[str, str]:
    """Post to its author: who created it first, else the first that an event names."""
    created: dict[str, str] = {}
    named: dict[str, str] = {}
    for event in events:
        if event.name in CREATIONS and event.user is not None:
            created.setdefault(event.data["postId"], event.user)
        for content, author in _namings(event, "postId", "postAuthor", known):
            named.setdefault(content, author)
    return named | created


def story_authors(events: Sequence[Event], known: People) -> dict[str, str]:
    """Story to its author: the first that an event names."""
    named: dict[str, str] = {}
    for event in events:
        for content, author in _namings(event, "storyId", "storyAuthor", known):
            named.setdefault(content, author)
    return named


def mentioned(event: Event, known: People) -> Iterator[str]:
    """Users an event targets: whom it follows or unfollows, whom it names as author."""
    if event.name == "user_follow":
        yield event.data["targetUserId"]
    for _, author in _namings(event, "postId", "postAuthor", known):
        yield author
    for _, author in _namings(event, "storyId", "storyAuthor", known):
        yield author


# The events that the catalogue gives an author; on others the key is somebody's extra.
_NAMING = {
    "postAuthor": ("post_view", "post_like", "post_share", "post_comment", "post_save"),
    "storyAuthor": ("story_view",),
}


def _namings(event: Event, id_key: str, key: str, known: People) -> Iterator[tuple[str, str]]:
    name = event.data.get(key) if event.name in _NAMING[key] else None
    if name:
        yield event.data[id_key], known.named(name)
