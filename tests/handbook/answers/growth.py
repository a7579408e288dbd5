"""Answers for "Growth"."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from tests.oracle.weeks import WEEK

from .community import Community, Rows, answers, last, share


@answers("How many people are active, and is that more than a week ago?")
def active(community: Community) -> Rows:
    people = community.people_by_date()

    def distinct(end: date, dates: int) -> int:
        window = (end - timedelta(days=back) for back in range(dates))
        return len(set().union(*(people.get(day, set()) for day in window)))

    return [
        {
            "date": day,
            "dau": distinct(day, 1),
            "wau": distinct(day, 7),
            "mau": distinct(day, 30),
            "stickiness": share(distinct(day, 1), distinct(day, 30)),
            "wau_gained": distinct(day, 7) - distinct(day - WEEK, 7),
        }
        for day in community.dates_back(28)
    ]


@answers("Where does growth come from, and what does it lose?")
def sources_of_growth(community: Community) -> Rows:
    people = community.people_by_week()
    rows, ever = Rows(), set[str]()
    for week in sorted(people):
        now, before = people[week], people.get(week - WEEK, set())
        came, gone = now - before, before - now
        rows.append(
            {
                "week": week,
                "new_users": len(came - ever),
                "resurrected_users": len(came & ever),
                "returning_users": len(now & before),
                "dormant_users": len(gone),
                "net_growth": len(came) - len(gone),
                "quick_ratio": share(len(came), len(gone)) if gone else None,
            }
        )
        ever |= now
    return [row for row in reversed(rows) if community.is_over(row["week"])]


@answers("Of those who come, how many come back?")
def retained(community: Community) -> Rows:
    people = community.people_by_week()
    whole = [week for week in sorted(people) if community.is_over(week)]
    users, back, ever = Counter[int](), Counter[int](), set[str]()
    for cohort in whole:
        new = people[cohort] - ever
        ever |= new
        for week in whole[whole.index(cohort) :] if new else []:
            users[(week - cohort) // WEEK] += len(new)
            back[(week - cohort) // WEEK] += len(new & people[week])
    return [
        {
            "weeks_since": weeks,
            "users": users[weeks],
            "retained_users": back[weeks],
            "retention_rate": share(back[weeks], users[weeks]),
        }
        for weeks in sorted(users)
    ]


@answers("Whom have we lost?")
def lost(community: Community) -> Rows:
    people, dates = community.people_by_date(), community.dates_back(28)
    before = set().union(*(people.get(day, set()) for day in dates[14:]))
    since = set().union(*(people.get(day, set()) for day in dates[:14]))
    users = community.by_ref()
    source = {user: users[user]["registration_source"] for user in before}
    had, gone = Counter(source.values()), Counter(source[user] for user in before - since)
    return [
        {
            "registration_source": one,
            "users_before": had[one],
            "users_lost": gone[one],
            "churn_rate": share(gone[one], had[one]),
        }
        for one in sorted(had, key=lambda one: (-gone[one], last(one)))
    ]
