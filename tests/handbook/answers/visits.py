"""Answers for "Visits and features"."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

from tests.oracle.identity import date_in
from tests.oracle.people import CREATIONS
from tests.oracle.weeks import monday_of

from .community import (
    ZONE,
    Community,
    Rows,
    answers,
    day_of,
    grouped,
    in_units_of,
    mean,
    share,
    total,
)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@answers("How do visits differ between platforms?")
def platforms(community: Community) -> Rows:
    dates = community.dates_back(28)
    recent = (
        one for one in community.marts["user_sessions"] if date_in(ZONE, one["started_at"]) in dates
    )
    rows: Rows = [
        {
            "platform": platform,
            "sessions": len(sessions),
            "users": len({one["user_id"] for one in sessions} - {None}),
            "median_minutes": in_units_of(MINUTE, median(one["duration"] for one in sessions)),
            "pages_per_session": mean((one["page_views"] for one in sessions), places=2),
            "bounce_rate": mean(one["bounce_rate"] for one in sessions),
        }
        for (platform,), sessions in grouped(recent, "platform").items()
    ]
    return sorted(rows, key=lambda row: -row["sessions"])


@answers("Are visits getting longer?")
def lengths(community: Community) -> Rows:
    weeks = grouped(
        (
            {
                "week": monday_of(row["date"]),
                "sessions": row["sessions"],
                "duration": row["avg_duration"] * row["sessions"],
                "pages": row["pages_per_session"] * row["sessions"],
                "bounced": row["bounce_rate"] * row["sessions"],
            }
            for row in community.marts["sessions_daily"]
        ),
        "week",
    )
    return [
        {
            "week": week,
            "sessions": total(days, "sessions"),
            "avg_minutes": in_units_of(
                MINUTE,
                sum((day["duration"] for day in days), timedelta()) / int(total(days, "sessions")),
            ),
            "pages_per_session": share(total(days, "pages"), total(days, "sessions"), 2),
            "bounce_rate": share(total(days, "bounced"), total(days, "sessions")),
        }
        for (week,), days in sorted(weeks.items(), reverse=True)
    ]


@answers("Which features do people use?")
def features(community: Community) -> Rows:
    dates = community.dates_back(28)
    days: dict[str, set[tuple[str, date]]] = defaultdict(set)
    for event in community.events:
        if event.user is not None and day_of(event) in dates:
            days[event.name].add((event.user, day_of(event)))
    active = len(set().union(*days.values()))
    rows: Rows = [
        {"event_name": name, "user_days": len(its), "adoption_rate": share(len(its), active)}
        for name, its in days.items()
    ]
    return sorted(rows, key=lambda row: (-row["user_days"], row["event_name"]))[:15]


@answers("Where do people leave on their way?")
def funnels(community: Community) -> Rows:
    steps = sorted(community.marts["funnel_steps"], key=lambda row: (row["funnel"], row["step"]))
    columns = ("funnel", "step", "event_name", "users", "conversion_from_previous")
    return [
        {column: one[column] for column in columns}
        | {"lost_after": one["users"] - after["users"] if after["step"] > 1 else None}
        for one, after in pairwise([*steps, {"step": 1}])
    ]


@answers("How long does it take newcomers to post?")
def newcomers(community: Community) -> Rows:
    starts_on = community.dates_back(28)[-1]
    posts: dict[str | None, list[datetime]] = defaultdict(list)
    for event in community.events:
        if event.name in CREATIONS:
            posts[event.user].append(event.at)
    joined = {
        ref: user["created_at"]
        for ref, user in community.by_ref().items()
        if date_in(ZONE, user["created_at"]) >= starts_on
    }
    took = [
        min(at - created for at in posts[ref] if at >= created)
        for ref, created in joined.items()
        if any(at >= created for at in posts[ref])
    ]
    return [
        {
            "newcomers": len(joined),
            "have_posted": len(took),
            "median_hours": in_units_of(HOUR, median(took)),
        }
    ]
