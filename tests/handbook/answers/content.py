"""Answers for "Content and creators"."""

from __future__ import annotations

from tests.oracle.weeks import monday_of

from .community import Community, Rows, answers, grouped, share, total


@answers("What is looked at, and what moves people?")
def attention(community: Community) -> Rows:
    days = (row | {"week": monday_of(row["date"])} for row in community.marts["content_daily"])
    rows = [
        {
            "week": week,
            "content_type": kind,
            "views": total(its, "views"),
            "reactions": total(its, "likes", "comments", "shares"),
            "engagement_rate": share(
                total(its, "likes", "comments", "shares"), total(its, "views")
            ),
        }
        for (week, kind), its in grouped(days, "week", "content_type").items()
    ]
    by_type = sorted(rows, key=lambda row: str(row["content_type"]))
    return sorted(by_type, key=lambda row: row["week"], reverse=True)[:24]


@answers("What goes viral?")
def viral(community: Community) -> Rows:
    columns = (
        "content_type",
        "content_ref",
        "unique_views_count",
        "shares_count",
        "viral_coefficient",
        "virality_score",
    )
    rows = [
        {column: one[column] for column in columns}
        for one in community.marts["content_analytics"]
        if one["unique_views_count"] >= 5
    ]
    return sorted(
        rows,
        key=lambda row: (-row["virality_score"], -row["unique_views_count"], row["content_ref"]),
    )[:10]


@answers("What is rising, and what fades?")
def rising(community: Community) -> Rows:
    columns = ("content_type", "content_ref", "events", "events_before", "rise")
    rows = [
        {column: one[column] for column in columns} for one in community.marts["content_rising"]
    ]
    return sorted(
        rows,
        key=lambda row: (-row["rise"], -row["events"], row["content_type"], row["content_ref"]),
    )[:10]


@answers("Who makes what is seen?")
def creators(community: Community) -> Rows:
    users = {user["id"]: user for user in community.marts["users"]}
    posts = [
        one
        for one in community.marts["content_analytics"]
        if one["content_type"] == "post" and one["author_id"]
    ]
    rows = [
        {
            "author_id": author,
            "role": users[author]["role"],
            "total_followers": users[author]["total_followers"],
            "posts": len(its),
            "views": total(its, "views_count"),
            "reactions": total(its, "likes_count", "comments_count", "shares_count"),
            "share_of_views": share(total(its, "views_count"), total(posts, "views_count")),
        }
        for (author,), its in grouped(posts, "author_id").items()
    ]
    return sorted(rows, key=lambda row: (-row["views"], row["author_id"]))[:10]
