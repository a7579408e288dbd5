"""Pages content and communities: what their queries have to answer."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal

from tests.dashboards.readings.reading import (
    Reading,
    Row,
    Rows,
    grouped,
    monday_of,
    only,
)
from tests.oracle.identity import four_places


def activity(reading: Reading) -> Rows:
    kept = ("date", "content_type", "views", "likes", "comments", "shares")
    return [
        only(row, *kept) | {"reactions": row["likes"] + row["comments"] + row["shares"]}
        for row in reading.whole(reading.marts["content_daily"])
    ]


def _content(row: Row) -> Row:
    return {
        "content_type": row["content_type"],
        "content": row["content_ref"],
        "viewers": row["unique_views_count"],
        "shares": row["shares_count"],
    }


def top(reading: Reading) -> Rows:
    rows = [row for row in reading.marts["content_analytics"] if row["content_type"] != "comment"]
    rows.sort(key=lambda row: (-row["engagement_score"], row["content_ref"]))
    return [
        _content(row)
        | {
            "place": place,
            "engagement_score": row["engagement_score"],
            "views": row["views_count"],
            "likes": row["likes_count"],
            "comments": row["comments_count"],
            "saves": row["saves_count"],
        }
        for of_type in grouped(rows, "content_type").values()
        for place, row in enumerate(of_type[:20], 1)
    ]


def rising(reading: Reading) -> Rows:
    rows = [row for row in reading.marts["content_rising"] if row["rise"] > 0]
    rows.sort(key=lambda row: (-row["rise"], -row["events"], row["content_ref"]))
    kept = ("content_type", "events", "events_before", "views", "views_before", "rise")
    return [
        only(row, *kept) | {"content": row["content_ref"], "place": place}
        for of_type in grouped(rows, "content_type").values()
        for place, row in enumerate(of_type[:20], 1)
    ]


def virality(reading: Reading) -> Rows:
    rows = [
        row
        for row in reading.marts["content_analytics"]
        if row["content_type"] != "comment" and row["unique_views_count"] and row["shares_count"]
    ]
    rows.sort(
        key=lambda row: (-row["virality_score"], -row["unique_views_count"], row["content_ref"])
    )
    return [
        _content(row) | {"virality_score": row["virality_score"]}
        for of_type in grouped(rows, "content_type").values()
        for row in of_type[:200]
    ]


def members(reading: Reading) -> Rows:
    most = Counter[str]()
    for row in reading.marts["community_analytics"]:
        most[row["community_id"]] = max(most[row["community_id"]], row["members_count"])
    largest = sorted(most, key=lambda one: (-most[one], one))[:8]
    return [
        {
            "date": row["date"],
            "community": row["community_ref"],
            "members": row["members_count"],
            "active_members": row["active_members"],
            "posts": row["posts_count"],
            "comments": row["comments_count"],
        }
        for row in reading.whole(reading.marts["community_analytics"])
        if row["community_id"] in largest
    ]


FLOW = {
    "joined": "new_members",
    "went": "members_left",
    "posts": "posts_count",
    "comments": "comments_count",
    "interactions": "total_interactions",
}


def flow(reading: Reading) -> Rows:
    rows = [row | {"week": monday_of(row["date"])} for row in reading.marts["community_analytics"]]
    return [
        {"week": week} | {name: sum(row[column] for row in its) for name, column in FLOW.items()}
        for (week,), its in grouped(rows, "week").items()
        if reading.over(week)
    ]


def standing(reading: Reading) -> Rows:
    first = reading.as_of - timedelta(days=28)
    found = []
    for rows in grouped(reading.marts["community_analytics"], "community_id").values():
        rows.sort(key=lambda row: row["date"])
        month = [row for row in rows if first <= row["date"] < reading.as_of]
        sums = {name: sum(row[column] for row in month) for name, column in FLOW.items()}
        del sums["interactions"]
        were = (month[0]["members_before"] if month else 0) + sums["joined"]
        found.append(
            {
                "community": rows[-1]["community_ref"],
                "members": rows[-1]["members_count"],
                "churn": four_places(Decimal(sums["went"]) / were) if were else None,
                **sums,
            }
        )
    return found
