"""A small community in which something is planted to have happened in the last week.

Six whole weeks of people who do much the same each week. In the last one the sessions of one
country double, people of another send many messages, and errors of one category come on top, on one
platform. Names are hostile where
the page shows them: the country, the category and the experiment that ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from tests.dashboards.hostile_readers import MARKUP
from tests.short_records import entity, event

Record = dict[str, Any]

START = date(2024, 1, 1)
WEEKS = 6
LAST_WEEK = START + timedelta(weeks=WEEKS - 1)
# The day after the last week, which ends it.
AS_OF = LAST_WEEK + timedelta(weeks=1)
GREW = "NP"
# It turns what follows, and would end a line of the plain text.
HOSTILE_COUNTRY = "\u202e<b>IN</b>\nTHE END"
EXPERIMENT = f"experiment {MARKUP}"
COUNTRIES = (GREW, GREW, HOSTILE_COUNTRY, "US")
PLATFORMS = ("web", "ios", "android")
USERS = 36
# Of so few people that analysts see them as `other`.
LONELY = 2
TRAVELLER = 0


@dataclass(frozen=True)
class Visit:
    """A session: its number in the week, and where it is."""

    user: int
    week: int
    number: int

    @property
    def name(self) -> str:
        return f"s-{self.user}-{self.week}-{self.number}"

    @property
    def country(self) -> str:
        if self.user >= USERS:
            return f"X{self.user}"
        if self.user == TRAVELLER and self.number == 0:
            return "US"
        return COUNTRIES[self.user % len(COUNTRIES)]

    @property
    def platform(self) -> str:
        return PLATFORMS[self.user % len(PLATFORMS)]

    @property
    def at(self) -> datetime:
        """Its start; the first of a week is on Monday morning, before all others."""
        day = START + timedelta(weeks=self.week, days=(self.user + self.number) % 7)
        monday = START + timedelta(weeks=self.week)
        opened = time(8 + self.number, self.user)
        return datetime.combine(day if self.number else monday, opened, UTC)


def visits() -> Iterator[Visit]:
    """Every session, of weeks that are alike but for the last."""
    for week in range(WEEKS):
        for user in range(USERS + LONELY):
            if (user + week) % 6 == 5:
                continue
            count = 3 + (user + week) % 2
            if week == WEEKS - 1 and COUNTRIES[user % len(COUNTRIES)] == GREW and user < USERS:
                count *= 2
            yield from (Visit(user, week, number) for number in range(count))


def records() -> Iterator[Record]:
    """Everything that lands."""
    for visit in visits():
        yield from _events(visit)
    yield event("tick", "page_view", "user-1", f"{AS_OF}T09:00:00Z")
    yield entity(
        "experiment",
        "planted_experiment",
        f"{START}T00:00:00Z",
        name=EXPERIMENT,
        startDate=f"{START}T00:00:00Z",
        endDate=f"{LAST_WEEK + timedelta(days=2)}T12:00:00Z",
        variants=["control", MARKUP],
        trafficAllocation={"control": 0.5, MARKUP: 0.5},
        targetMetrics=[{"name": MARKUP, "event": "post_comment", "type": "conversion"}],
    )
    yield entity(
        "experiment",
        "completed_before",
        f"{LAST_WEEK - timedelta(days=1)}T12:00:00Z",
        name="Completed the week before",
        status="completed",
        endDate=f"{LAST_WEEK + timedelta(days=2)}T12:00:00Z",
    )
    for visit in visits():
        if (visit.week, visit.number) == (0, 0):
            variant = ("control", MARKUP)[visit.user % 2]
            given = {"experimentId": "planted_experiment", "variant": variant}
            yield _event(visit, "experiment_assigned", 1, **given)


def _events(visit: Visit) -> Iterator[Record]:
    yield _event(visit, "session_start", 0, country=visit.country)
    yield _event(visit, "post_view", 2, postId="p-1")
    yield _event(visit, "performance_metric", 3, metricName="LCP", metricUnit="ms",
                 metricValue=1000 + 10 * visit.user + visit.week)  # fmt: skip
    if (visit.user + visit.number) % 3 == 0:
        yield _event(visit, "post_like", 4, postId="p-1")
        yield _event(visit, "post_like", 5, postId="p-1", action="unlike")
        yield _event(visit, "news_article_view", 6, articleId="a-1")
    if visit.number == 0:
        many = visit.week == WEEKS - 1 and visit.country == HOSTILE_COUNTRY
        for number in range(6 if many else 1):
            yield _event(visit, "message_sent", 20 + number, recipientId="user-1")
    # More of those of the variant, who are odd.
    if visit.user % 5 < 2 + visit.user % 2:
        yield _event(visit, "post_comment", 7, postId="p-1")
        yield _event(visit, "post_created", 8, postId=visit.name)
    if visit.user % 5 == 0:
        yield _event(
            visit, "error_occurred", 9, errorType="E", errorMessage="m", category="network"
        )
    if visit.week == WEEKS - 1 and visit.platform == "android":
        yield _event(visit, "error_occurred", 10, errorType="E", errorMessage="m", category=MARKUP)


def _event(visit: Visit, name: str, minute: int, /, **data: object) -> Record:
    at = visit.at + timedelta(seconds=minute)
    return event(
        f"{visit.name}-{minute}",
        name,
        f"user-{visit.user}",
        f"{at:%Y-%m-%dT%H:%M:%SZ}",
        _sessionId=visit.name,
        _metadata={"platform": visit.platform},
        **data,
    )


def write_planted(folder: Path) -> Path:
    """Write them as a file."""
    path = folder / "planted.jsonl"
    lines = (json.dumps(record) for record in records())
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
