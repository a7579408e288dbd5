"""Sessions of the bulk community, as the lines of their events.

What flows through: a community, a date and a lateness in; without end, sessions out, each the
stamped lines of its events. The same three give the same sessions.
Belongs here: who comes when, how long they stay, the envelope and the metadata.
Does not belong here: the `data` of each event type (`events`), deliveries.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from random import Random

from benchmarks.bulk.community import SESSIONS_PER_POST, Community, home_of_post, ranked
from benchmarks.bulk.events import ACTS, POST_TYPES, Data, Scene

# When it happened, in milliseconds since the Unix epoch, and the line with its newline.
Stamped = tuple[int, bytes]

# How many of a day's visits begin in each hour (UTC).
HOURS = (7, 9, 8, 6, 6, 7, 8, 9, 10, 10, 12, 14, 15, 14, 11, 8, 5, 3, 2, 1, 1, 1, 3, 5)
BEGINNINGS = tuple(hour for hour, visits in enumerate(HOURS) for _ in range(visits))
HOUR = 3_600_000
DAY = 24 * HOUR
MEAN_ACTS = 5.2
MEAN_PAUSE = 40_000
ANONYMOUS_SHARE = 0.06
STARTED_SHARE = 0.9
ENDED_SHARE = 0.7
# The clients of one user in so many know no sessions.
USERS_PER_SESSIONLESS = 25

DECK: tuple[tuple[str, str, Data], ...] = tuple(
    (name, path, data) for name, path, weight, data in ACTS for _ in range(weight)
)
DEVICES = (
    ("web", "Firefox", "139.0", "Linux", "6.8"),
    ("web", "Chrome", "137.0", "Windows", "11"),
    ("android", "Chrome Mobile", "137.0", "Android", "15"),
    ("android", "Chrome Mobile", "136.0", "Android", "14"),
    ("ios", "Safari", "18.5", "iOS", "18.5"),
    ("desktop", "Electron", "36.0", "macOS", "15.5"),
)
PLACES = (
    ("Kathmandu", "NP"),
    ("Lalitpur", "NP"),
    ("Pokhara", "NP"),
    ("Biratnagar", "NP"),
    ("Doha", "QA"),
    ("Sydney", "AU"),
    ("Delhi", "IN"),
)


def sessions(community: Community, day: date, late_by: int = 0) -> Iterator[list[Stamped]]:
    """Simulate the sessions that begin on a date.

    Args:
        community: Whose.
        day: The date.
        late_by: Days; each lateness is a stream of sessions of its own.

    Yields:
        Without end, the events of each session in order; sessions come in the order in which they
        begin, starting again with the morning when the day's usual number is over.
    """
    rng = Random(f"{community.seed}/{day}/{late_by}")
    scene = Scene(rng.random, community, day.toordinal())
    clock = _Clock(day)
    for number in count():
        begins = _beginning(rng, number / community.sessions_per_day % 1)
        posts = late_by == 0 and number % SESSIONS_PER_POST == 0
        post = number // SESSIONS_PER_POST % community.posts_per_day if posts else None
        scene.user = (
            ranked(rng.random(), community.users)
            if post is None
            else community.author(scene.day, post)
        )
        sender = _sender(scene, f"session_{scene.day}_{late_by}_{number}", known=posts)
        yield _session(scene, clock, begins, sender, post)


def _beginning(rng: Random, share: float) -> int:
    """The millisecond of the day at which this share of its sessions have begun."""
    return int((BEGINNINGS[int(share * len(BEGINNINGS))] + rng.random()) * HOUR)


def _sender(scene: Scene, session: str, *, known: bool) -> str:
    """The members of the envelope that say who sends an event, as JSON text."""
    if not known and scene.random() < ANONYMOUS_SHARE:
        return f'"sessionId":"{session}",'
    user = f'"userId":"user_{scene.user}",'
    if scene.user % USERS_PER_SESSIONLESS == 0:
        return user
    return f'{user}"sessionId":"{session}",'


def _session(
    scene: Scene, clock: _Clock, begins: int, sender: str, post: int | None
) -> list[Stamped]:
    random, about = scene.random, scene.about
    circumstances = _circumstances(scene.user)
    lines: list[Stamped] = []
    at = begins
    for name, path, data in _happenings(scene, post):
        scene.moment = clock.text(at)
        instant = clock.midnight + at
        event = f"evt_{instant}_{int(random() * 2**48):012x}"
        line = (
            f'{{"eventId":"{event}","eventName":"{name}",{sender}"timestamp":"{scene.moment}",'
            f'"data":{{{data(scene)}}},"metadata":{{"url":"https://chhimeki.example{path}",'
            f'"pathname":"{path}",{circumstances},'
            f'"serverProcessingTimeMs":{int(random() * 120)}}}}}\n'
        )
        lines.append((instant, line.encode()))
        if name == "error_occurred":
            scene.last_error = event
        at += about(MEAN_PAUSE)
    return lines


def _happenings(scene: Scene, post: int | None) -> Iterator[tuple[str, str, Data]]:
    random = scene.random
    if random() < STARTED_SHARE:
        yield "session_start", "/home", _session_start
    if post is not None:
        written = f'"postId":"post_{scene.day}_{post}"{home_of_post(scene.day, post)}'
        yield "post_created", "/home", lambda scene: written + _post_created(scene)
    for _ in range(1 + scene.about(MEAN_ACTS)):
        yield DECK[int(random() * len(DECK))]
    if random() < ENDED_SHARE:
        yield "session_end", "/home", lambda _: '"reason":"closed"'


def _session_start(scene: Scene) -> str:
    platform, browser, version, system, _ = DEVICES[scene.user % len(DEVICES)]
    return (
        f'"platform":"{platform}","deviceInfo":{{"os":"{system}","memoryGb":4}},'
        f'"ipAddress":"10.{scene.user >> 8 & 255}.{scene.user & 255}.7",'
        f'"userAgent":"{browser}/{version}",'
        '"screenResolution":"1080x2340","viewportSize":"412x915"'
    )


def _post_created(scene: Scene) -> str:
    kind = scene.one_of(POST_TYPES)
    return (
        f',"postType":"{kind}","contentLength":{scene.about(180)},'
        f'"hasMedia":{"false" if kind == "text" else "true"},"creationTime":"{scene.moment}"'
    )


def _circumstances(user: int) -> str:
    """The members of the metadata that are the same in all of a user's events."""
    platform, browser, version, system, system_version = DEVICES[user % len(DEVICES)]
    city, country = PLACES[user % len(PLACES)]
    return (
        f'"platform":"{platform}","browser":"{browser}","browserVersion":"{version}",'
        f'"os":"{system}","osVersion":"{system_version}","country":"{country}","city":"{city}"'
    )


class _Clock:
    """Tells the time of one date and the next."""

    def __init__(self, day: date) -> None:
        self.midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
        self._dates = (str(day), str(day + timedelta(days=1)))

    def text(self, at: int) -> str:
        """Spell a millisecond of the date; a session may go on into the next."""
        days, at = divmod(at, DAY)
        seconds, milliseconds = divmod(at, 1000)
        return f"{self._dates[days]}T{_seconds_of_day()[seconds]}.{milliseconds:03d}Z"


@cache
def _seconds_of_day() -> tuple[str, ...]:
    """Every hh:mm:ss: looking one up costs a fifth of spelling it."""
    return tuple(
        f"{hour:02d}:{minute:02d}:{second:02d}"
        for hour in range(24)
        for minute in range(60)
        for second in range(60)
    )
