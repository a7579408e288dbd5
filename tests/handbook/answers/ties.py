"""Answers for "Ties and communities"."""

from __future__ import annotations

from tests.oracle.weeks import monday_of

from .community import Community, Rows, answers, grouped, mean, share, total


@answers("Do people deal with each other?")
def ties(community: Community) -> Rows:
    days = (row | {"week": monday_of(row["date"])} for row in community.marts["social_daily"])
    counted = ("follows", "unfollows", "messages", "profile_views")
    return [
        {
            "week": week,
            **{column: total(its, column) for column in counted},
            "pairs_a_date": mean((one["user_pairs"] for one in its), places=1),
        }
        for (week,), its in sorted(grouped(days, "week").items(), reverse=True)
    ]


@answers("Which communities grow, and which lose their members?")
def communities(community: Community) -> Rows:
    dates = community.dates_back(28)
    recent = sorted(
        (one for one in community.marts["community_analytics"] if one["date"] in dates),
        key=lambda one: str(one["date"]),
    )
    rows = []
    for (ref,), days in grouped(recent, "community_ref").items():
        joined, left = total(days, "new_members"), total(days, "members_left")
        were_members = days[0]["members_before"] + joined
        rows.append(
            {
                "community_ref": ref,
                "members": days[-1]["members_count"],
                "joined": joined,
                "members_left": left,
                "posts": total(days, "posts_count"),
                "churn_rate": share(left, were_members) if were_members else None,
            }
        )
    return sorted(rows, key=lambda row: (-row["members"], row["community_ref"]))[:20]
