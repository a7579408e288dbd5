"""What the report has to say of the planted community, counted from its records in plain Python.

What flows through: records as they landed in, numbers and slices out. It shares nothing with what
it judges. Belongs here: counting. Does not belong here: what is planted (`planted`).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from tests.dashboards.report.planted import LAST_WEEK, USERS, Record

WEEK = timedelta(days=7)
VIEWS = {"post_view": "post", "news_article_view": "article"}
ACTS = {
    "message_sent": "messages",
    "post_comment": "comments",
    "post_created": "posts",
    "post_like": "likes",
}
PLACES = {"country": 0, "platform": 1, "content": 2}

Place = tuple[str, str, str | None]


def week_of(record: Record) -> date:
    day = datetime.fromisoformat(record["timestamp"]).date()
    return day - timedelta(days=day.weekday())


class Counting:
    """Numbers by week and place: (country, platform, content)."""

    def __init__(self, records: list[Record]) -> None:
        self.events = sorted(
            (one for one in records if "eventId" in one), key=lambda one: one["timestamp"]
        )
        self.starts = {one["sessionId"]: one for one in self.events if "country" in one["data"]}
        self.cells: dict[str, dict[date, Counter[Place]]] = defaultdict(
            lambda: defaultdict(Counter)
        )
        self._first_weeks: dict[str, date] = {}
        self._count()

    def of(self, name: str, week: date) -> float:
        """A number in a week."""
        total = sum(self.cells[name][week].values())
        return 1000 * total / self.events_in(week) if name == "errors" else float(total)

    def events_in(self, week: date) -> int:
        return sum(week_of(one) == week for one in self.events)

    def slices(self, name: str, dimension: str, week: date) -> dict[str, float]:
        """A number in a week by a dimension."""
        found: dict[str, float] = defaultdict(float)
        for place, count in self.cells[name][week].items():
            value = 1000 * count / self.events_in(week) if name == "errors" else float(count)
            found[place[PLACES[dimension]] or ""] += value
        return found

    def retention(self, week: date) -> float:
        """Of those new the week before, who is active in this one."""
        new = {user for user, first in self._first_weeks.items() if first == week - WEEK}
        active = {one["userId"] for one in self.events if week_of(one) == week}
        return len(new & active) / len(new)

    def p75(self, week: date) -> float:
        values = sorted(
            one["data"]["metricValue"]
            for one in self.events
            if one["eventName"] == "performance_metric" and week_of(one) == week
        )
        return float(values[math.ceil(0.75 * len(values)) - 1])

    def _count(self) -> None:
        homes: dict[tuple[str, date], Place] = {}
        for one in self.events:
            week, user, data = week_of(one), one["userId"], one["data"]
            here = self._place(one)
            if (user, week) not in homes:
                homes[user, week] = here
                self._add("active_users", week, here)
                if self._first_weeks.setdefault(user, week) == week:
                    self._add("new_users", week, here)
            if one["eventName"] == "session_start":
                self._add("sessions", week, here)
            if kind := VIEWS.get(one["eventName"]):
                self._add("views", week, (*here[:2], kind))
            if one["eventName"] == "error_occurred":
                self._add("errors", week, (*here[:2], data["category"]))
            if (act := ACTS.get(one["eventName"])) and data.get("action") != "unlike":
                self._add(act, week, homes[user, week])

    def _add(self, name: str, week: date, place: Place) -> None:
        self.cells[name][week][place] += 1

    def _place(self, one: Record) -> Place:
        start: dict[str, Any] = self.starts.get(one.get("sessionId", ""), {})
        if not start:
            return "not told", "not told", None
        lonely = int(one["userId"].removeprefix("user-")) >= USERS
        country = "other" if lonely else start["data"]["country"]
        return country, start["metadata"]["platform"], None


def weeks_before(count: int) -> list[date]:
    """Weeks before the last, the latest first."""
    return [LAST_WEEK - WEEK * back for back in range(1, count + 1)]
