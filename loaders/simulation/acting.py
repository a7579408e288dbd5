"""What a visitor does: each kind of act gives the events that it leaves behind.

What flows through: a visit in, (event name, data) pairs out, in order. Belongs here: what an
event of each type carries, and which follow from which. Does not belong here: when it happens
and under whose envelope (`sessions`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from loaders.simulation.entities import COMMUNITIES
from loaders.simulation.people import Person
from loaders.simulation.plan import Record, chance
from loaders.simulation.world import (
    ARTICLE_CATEGORIES,
    ARTICLE_SOURCES,
    TRENDS,
    Post,
    World,
    author_named,
)

PAGES = ("Home", "Trending", "Communities", "Profile", "Notifications")
QUERIES = ("momo near me", "trek permits", "load shedding", "rent lalitpur", "dashain tickets")

Happening = tuple[str, Record]


@dataclass(slots=True)
class Visit:
    """One visitor in one session; `person` is None for a visitor nobody knows."""

    rng: Random
    world: World
    person: Person | None
    eager: bool = False

    def new_ref(self, kind: str) -> str:
        """A source id that nothing else has."""
        return f"{kind}_{self.rng.getrandbits(48):012x}"

    def chance(self, share: float) -> bool:
        """True in this share of all cases."""
        return chance(self.rng, share)

    def milliseconds(self, mean: float) -> int:
        """A duration of this mean, most shorter and some far longer."""
        return int(self.rng.expovariate(1 / mean))


Act = Callable[[Visit], Iterator[Happening]]


def look_around(visit: Visit) -> Iterator[Happening]:
    """Open a page, and change the tab now and then."""
    rng = visit.rng
    page: Record = {"title": rng.choice(PAGES), "loadTime": visit.milliseconds(900)}
    if visit.chance(0.8):
        page["scrollDepth"] = round(rng.random(), 3)
    yield "page_view", page
    if visit.chance(0.25):
        yield "tab_switch", {"fromTab": rng.choice(PAGES), "toTab": rng.choice(PAGES)}
    if visit.chance(0.1):
        unit = {"metricName": "first_paint", "metricValue": rng.random() * 3000, "metricUnit": "ms"}
        yield "performance_metric", {**unit, "connection": rng.choice(("4g", "wifi"))}


def read_post(visit: Visit) -> Iterator[Happening]:
    """View a post, and like, save, share or comment on it."""
    post = visit.world.a_post(visit.rng)
    viewed = _on(post, visit) | {"postType": post.kind}
    if visit.chance(0.9):
        viewed["viewDuration"] = visit.milliseconds(7000)
    yield "post_view", viewed
    if visit.person is None:
        return
    if visit.chance(0.45 if visit.eager else 0.3):
        yield "post_like", _on(post, visit) | _action(visit, "like", "unlike")
    if visit.chance(0.08):
        yield "post_save", _on(post, visit) | _action(visit, "save", "unsave")
    if visit.chance(0.08):
        target = visit.rng.choice(("facebook", "viber", "copy_link"))
        yield "post_share", _on(post, visit) | {"shareTarget": target}
    if visit.chance(0.12):
        yield from comment(visit, post)


def comment(visit: Visit, post: Post) -> Iterator[Happening]:
    """Comment on a post, sometimes in answer to a comment."""
    said = {"commentId": visit.new_ref("comment"), "commentLength": visit.milliseconds(80)}
    yield "post_comment", _on(post, visit) | said
    if visit.chance(0.15):
        answer = {"commentId": visit.new_ref("comment"), "parentCommentId": said["commentId"]}
        yield "post_comment", _on(post, visit) | answer | {"commentLength": 12}


def write_post(visit: Visit) -> Iterator[Happening]:
    """Upload media where there are any, then post."""
    kind = visit.rng.choice(("text", "text", "image", "video"))
    if kind != "text":
        upload = {"mediaId": visit.new_ref("media"), "mediaType": kind}
        yield "media_upload", upload | {"fileSize": visit.milliseconds(2_000_000)}
    community = visit.rng.choice(COMMUNITIES)[0] if visit.chance(0.15) else None
    post = _posted(visit, kind, community)
    made: Record = {"postId": post.ref, "postType": kind, "hasMedia": kind != "text"}
    made["contentLength"] = visit.milliseconds(180)
    yield "post_created", made | _in(community)


def visit_community(visit: Visit) -> Iterator[Happening]:
    """Join a community, post to it, or leave one."""
    joined = visit.world.joined.setdefault(visit.person.ref if visit.person else "", [])
    if joined and visit.chance(0.12):
        left = joined.pop(visit.rng.randrange(len(joined)))
        yield "community_leave", {"communityId": left, "reason": "too many notifications"}
        return
    community = visit.rng.choice(COMMUNITIES)[0]
    if community not in joined:
        joined.append(community)
        yield "community_join", {"communityId": community}
    if visit.chance(0.5):
        post = _posted(visit, "text", community)
        length = visit.milliseconds(120)
        told = {"communityId": community, "postId": post.ref, "postType": "text"}
        yield "community_post", told | {"contentLength": length}


def meet_people(visit: Visit) -> Iterator[Happening]:
    """Look at a profile, follow or write to its owner."""
    other = visit.world.a_person(visit.rng)
    yield "profile_view", {"profileUserId": other.ref}
    if visit.chance(0.35):
        yield "user_follow", {"targetUserId": other.ref} | _action(visit, "follow", "unfollow")
    if visit.chance(0.4):
        kind = visit.rng.choice(("text", "text", "media", "emoji"))
        length = visit.milliseconds(40)
        yield (
            "message_sent",
            {"recipientId": other.ref, "messageType": kind, "messageLength": length},
        )


def read_news(visit: Visit) -> Iterator[Happening]:
    """Read an article, perhaps share it."""
    number = int(120 * visit.rng.random() ** 2)
    article = f"article_{number:03d}"
    yield (
        "news_article_view",
        {
            "articleId": article,
            "category": ARTICLE_CATEGORIES[number % len(ARTICLE_CATEGORIES)],
            "source": ARTICLE_SOURCES[number % len(ARTICLE_SOURCES)],
            "timeSpent": visit.milliseconds(30_000),
        },
    )
    if visit.person is not None and visit.chance(0.1):
        yield "news_article_share", {"articleId": article, "shareTarget": "facebook"}


def follow_trends(visit: Visit) -> Iterator[Happening]:
    """See a trending item, perhaps click on it."""
    position = visit.rng.randrange(len(TRENDS))
    ref, kind = TRENDS[position]
    item = {"itemId": ref, "itemType": kind, "position": position + 1}
    item["platform"] = visit.rng.choice(("facebook", "tiktok", "instagram"))
    yield "trending_item_view", item
    if visit.chance(0.3):
        yield "trending_item_click", dict(item)


def search(visit: Visit) -> Iterator[Happening]:
    """Search, and click a result where there are any."""
    query, found = visit.rng.choice(QUERIES), visit.rng.randrange(40)
    yield "search_performed", {"query": query, "resultsCount": found, "searchType": "posts"}
    if found and visit.chance(0.6):
        clicked = {"resultId": visit.world.a_post(visit.rng).ref, "query": query}
        yield "search_result_click", clicked | {"position": visit.rng.randint(1, found)}


def watch(visit: Visit) -> Iterator[Happening]:
    """Tell or watch a story; look at media."""
    stories = visit.world.stories
    if visit.person is not None and visit.chance(0.2):
        stories.append((visit.new_ref("story"), visit.person))
    if stories:
        ref, author = stories[-1 - int(len(stories) * visit.rng.random() ** 2)]
        seen: Record = {"storyId": ref, "viewDuration": visit.milliseconds(5000)}
        yield "story_view", seen | ({"storyAuthor": author.ref} if visit.chance(0.8) else {})
    media = f"media_{int(80 * visit.rng.random() ** 2):03d}"
    yield "media_view", {"mediaId": media, "viewDuration": visit.milliseconds(9000)}


def stumble(visit: Visit) -> Iterator[Happening]:
    """Run into an error."""
    kind = visit.rng.choice(("TypeError", "NetworkError", "TimeoutError"))
    error: Record = {"errorType": kind, "errorMessage": f"{kind} while loading the feed"}
    if visit.chance(0.7):
        error["severity"] = visit.rng.choice(("low", "medium", "high", "critical"))
    if visit.chance(0.5):
        error |= {"errorStack": "at feed.js:214", "category": visit.rng.choice(("ui", "network"))}
    yield "error_occurred", error


def repair(visit: Visit) -> Iterator[Happening]:
    """Resolve the error that has been open longest, where there is one."""
    if visit.world.open_errors:
        yield "error_resolved", {"errorId": visit.world.open_errors.pop(0)}


ANYBODYS: tuple[tuple[Act, int], ...] = (
    (look_around, 30),
    (read_post, 30),
    (read_news, 12),
    (follow_trends, 8),
    (search, 5),
    (stumble, 1),
)
MEMBERS: tuple[tuple[Act, int], ...] = (
    *ANYBODYS,
    (write_post, 6),
    (visit_community, 6),
    (meet_people, 10),
    (watch, 8),
)
STAFFS: tuple[tuple[Act, int], ...] = (*MEMBERS, (repair, 25))


def _on(post: Post, visit: Visit) -> Record:
    author = author_named(post, visit.rng)
    named = {} if author is None else {"postAuthor": author}
    return {"postId": post.ref} | named | _in(post.community)


def _in(community: str | None) -> Record:
    return {} if community is None else {"communityId": community}


def _action(visit: Visit, doing: str, undoing: str) -> Record:
    """An action written out, left out (which means doing), or undone."""
    if visit.chance(0.12):
        return {"action": undoing}
    return {"action": doing} if visit.chance(0.75) else {}


def _posted(visit: Visit, kind: str, community: str | None) -> Post:
    post = Post(visit.new_ref("post"), visit.person, kind, community)
    visit.world.posts.append(post)
    return post
