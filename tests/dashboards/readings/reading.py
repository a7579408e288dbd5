"""What readings share: the oracle's rows, which dates are over, how rows are grouped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

Row = dict[str, Any]
Rows = list[Row]

# Of fewer people than this no place is named.
FEW = 5
YEAR = timedelta(days=365)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Reading:
    """Rows by mart, and the latest date."""

    marts: dict[str, Rows]
    as_of: date

    def whole(self, rows: Iterable[Row]) -> Rows:
        """Rows of dates that are over, in the last year."""
        return [row for row in rows if self.as_of - YEAR <= row["date"] < self.as_of]

    def over(self, week: date) -> bool:
        return self.as_of - YEAR <= week <= self.as_of - WEEK

    def sessions(self) -> Rows:
        """Sessions with the date they started on, platforms and folded countries."""
        rows = [row | {"date": day_of(row["started_at"])} for row in self.marts["user_sessions"]]
        people: dict[str | None, set[str]] = defaultdict(set)
        for row in rows:
            people[row["country"]].add(row["user_id"] or row["id"])
        return self.whole(
            row
            | {
                "platform": row["platform"] or "not told",
                "country": folded(row["country"], len(people[row["country"]])),
            }
            for row in rows
        )


def day_of(at: datetime) -> date:
    return at.astimezone(UTC).date()


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def folded(place: str | None, people: int) -> str:
    if place is None:
        return "not told"
    return place if people >= FEW else "other"


def only(row: Row, *columns: str) -> Row:
    return {column: row[column] for column in columns}


def grouped(rows: Iterable[Row], *columns: str) -> dict[tuple[Any, ...], Rows]:
    groups: dict[tuple[Any, ...], Rows] = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in columns)].append(row)
    return groups
