"""What the right queries of the pitfalls should give."""

from __future__ import annotations

from collections import Counter

from tests.oracle.identity import date_in
from tests.oracle.states import likes

from .community import ZONE, Community, Row, Rows, answers, grouped, last, rounded, share, total
from .platform import upper_quartile

FEWEST = 5
PLACE = ("country", "region", "city")


@answers("Likes are states: do not sum what was done")
def likes_that_stand(community: Community) -> Rows:
    return [{"likes": len(likes(community.events))}]


@answers("Divide sums; do not average ratios")
def bounced(community: Community) -> Rows:
    days = community.marts["sessions_daily"]
    weighted = sum(day["bounce_rate"] * day["sessions"] for day in days)
    return [{"bounce_rate": share(weighted, total(days, "sessions"))}]


@answers("People of a range are not the sum of its dates")
def people(community: Community) -> Rows:
    by_date = community.people_by_date()
    dates = community.dates_back(14)
    return [{"people": len(set().union(*(by_date.get(day, set()) for day in dates)))}]


@answers("Percentiles do not add up either")
def slow_end(community: Community) -> Rows:
    values = [
        one["metric_value"]
        for one in community.marts["performance_metrics"]
        if (one["metric_name"], one["platform"]) == ("first_paint", "android")
    ]
    return [{"p75": rounded(upper_quartile(values), 1)}]


@answers("A date is a day in the reporting time zone, not in yours")
def days_of_errors(community: Community) -> Rows:
    days = Counter(date_in(ZONE, one["timestamp"]) for one in community.marts["error_logs"])
    return [{"date": day, "errors": days[day]} for day in sorted(days)]


@answers("Today is the as-of date")
def recent_sessions(community: Community) -> Rows:
    dates = community.dates_back(7)
    started = (date_in(ZONE, one["started_at"]) for one in community.marts["user_sessions"])
    return [{"sessions": sum(day in dates for day in started)}]


@answers("The last week is not over")
def last_whole_week(community: Community) -> Rows:
    weeks = community.people_by_week()
    week = max(filter(community.is_over, weeks))
    return [{"week": week, "active_users": len(weeks[week])}]


@answers("Not every event counts")
def post_views(community: Community) -> Rows:
    return [{"post_views": sum(event.name == "post_view" for event in community.events)}]


@answers("Null is neither a value nor unlike one")
def other_errors(community: Community) -> Rows:
    errors = (event for event in community.events if event.name == "error_occurred")
    return [{"errors": sum(event.data.get("category") != "network" for event in errors)}]


@answers("`other` is not a place")
def places(community: Community) -> Rows:
    sessions = community.marts["user_sessions"]
    paths = [PLACE[:depth] for depth in range(1, len(PLACE) + 1)]
    many = {
        path
        for parts in paths
        for path, its in grouped(sessions, *parts).items()
        if len({one["user_id"] or one["id"] for one in its}) >= FEWEST
    }

    def shown(session: Row, *parts: str) -> str | None:
        path = tuple(session[part] for part in parts)
        return path[-1] if path[-1] is None or path in many else "other"

    counts = Counter(tuple(shown(one, *parts) for parts in paths) for one in sessions)
    rows: Rows = [
        dict(zip(PLACE, path, strict=True), sessions=count) for path, count in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row["sessions"], *(last(row[one]) for one in PLACE)))


@answers("Late events change the past")
def kept_weeks(community: Community) -> Rows:
    days = [one for one in community.marts["content_daily"] if one["content_type"] == "post"]
    newest = sorted(days, key=lambda day: str(day["date"]), reverse=True)[:28]
    return [{"date": day["date"], "views": day["views"]} for day in newest]
