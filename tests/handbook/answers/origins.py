"""Answers for "Where people come from"."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from .community import Community, Rows, answers, last, mean, share, total

FEWEST = 5


@answers("Which sources bring people who stay?")
def sources(community: Community) -> Rows:
    rows = [
        {
            "registration_source": one["registration_source"],
            "users": one["users"],
            "activated_users": one["activated_users"],
            "activation_rate": share(one["activated_users"], one["users"]),
            "avg_engagement_score": one["avg_engagement_score"],
        }
        for one in community.marts["attribution"]
    ]
    return sorted(rows, key=lambda row: (-row["users"], last(row["registration_source"])))


@answers("Which channels lead to a first post?")
def channels(community: Community) -> Rows:
    given = [
        one for one in community.marts["conversion_credits"] if one["conversion"] == "first_post"
    ]
    return [
        {
            "channel": one["channel"],
            **{
                f"{model}_share": share(one[model], total(given, model))
                for model in ("first_touch", "last_touch", "linear")
            },
        }
        for one in sorted(given, key=lambda one: (-one["linear"], one["channel"]))
    ]


@answers("In which countries are people, and how active are they?")
def countries(community: Community) -> Rows:
    people, dates = community.people_by_date(), community.dates_back(28)
    days = Counter(user for day in dates for user in people.get(day, set()))
    users = community.by_ref()
    told = Counter(user["country_code"] for user in users.values())
    place = {
        ref: user["country_code"]
        if user["country_code"] is None or told[user["country_code"]] >= FEWEST
        else "other"
        for ref, user in users.items()
    }
    rows = []
    for country, count in Counter(place.values()).items():
        active = [Decimal(days[ref]) for ref, at in place.items() if at == country and ref in days]
        rows.append(
            {
                "country_code": country,
                "users": count,
                "active_users": len(active),
                "active_days_each": mean(active, places=2) if active else None,
            }
        )
    return sorted(rows, key=lambda row: (-row["users"], last(row["country_code"])))
