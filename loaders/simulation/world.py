"""What exists in the simulated community while it runs: content, open errors, assignments.

The only mutable thing of the simulation. It grows with every day, and what people do is chosen
from what is there by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from loaders.simulation.people import Person
from loaders.simulation.plan import chance

ARTICLE_CATEGORIES = ("tech", "politics", "sports", "culture")
ARTICLE_SOURCES = ("Kantipur", "Setopati", "Onlinekhabar", "The Kathmandu Post")
TRENDS = (
    ("#Dashain", "hashtag"),
    ("#KathmanduRain", "hashtag"),
    ("Tihar lights", "topic"),
    ("Everest season", "topic"),
    ("Momo challenge", "trend"),
    ("Cricket final", "trend"),
    ("video_sarangi", "content"),
)


class Post(NamedTuple):
    """A post; `author` is None for one by somebody who left before the simulation began."""

    ref: str
    author: Person | None
    kind: str
    community: str | None


@dataclass(slots=True)
class World:
    """Everything there is to look at and to act upon."""

    people: Sequence[Person]
    posts: list[Post] = field(default_factory=list)
    stories: list[tuple[str, Person]] = field(default_factory=list)
    open_errors: list[str] = field(default_factory=list)
    assignments: dict[tuple[str, str], str] = field(default_factory=dict)
    consents: dict[str, bool] = field(default_factory=dict)
    joined: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Sequence[Person], rng: Random) -> World:
        """A world with some posts from before the simulation begins."""
        world = cls(people)
        for number in range(max(10, len(people) // 4)):
            author = rng.choice(people) if chance(rng, 0.9) else None
            world.posts.append(Post(f"post_old_{number}", author, "text", None))
        return world

    def a_post(self, rng: Random) -> Post:
        """A post, most likely a recent one."""
        return self.posts[-1 - int(len(self.posts) * rng.random() ** 3)]

    def a_person(self, rng: Random) -> Person:
        """Somebody; a few are far more popular than the rest."""
        return self.people[int(len(self.people) * rng.random() ** 2)]


def author_named(post: Post, rng: Random) -> str | None:
    """How an event names the author of a post: mostly by id, at times by user name."""
    if chance(rng, 0.1):
        return None
    if post.author is None:
        return f"user_former_{post.ref}"
    return post.author.username if chance(rng, 0.15) else post.author.ref
