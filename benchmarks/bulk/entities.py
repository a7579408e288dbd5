"""Snapshots of the bulk community: its users, communities and experiments.

What flows through: a community and a date in, entity lines out. A user's snapshot follows from the
user's number and the date, whatever was written before.
Belongs here: what the application database says. Does not belong here: what people do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from benchmarks.bulk.community import COMMUNITIES, EXPERIMENTS, Community

# A user's snapshot is exported again on one date in so many.
DAYS_BETWEEN_CHANGES = 1_000
ROLES = ("free", "free", "free", "premium")
SOURCES = ("organic", "organic", "referral", "social", "ads")
COUNTRIES = ("NP", "NP", "NP", "IN", "QA", "AU")


def everything(community: Community, day: date) -> Iterator[bytes]:
    """Give a snapshot of every community, experiment and user.

    Args:
        community: Which.
        day: When they are exported.

    Yields:
        Lines, each with its newline.
    """
    created = day - timedelta(days=400)
    for number in range(COMMUNITIES):
        data = f'"name":"Community {number}","createdAt":"{created}T00:00:00Z"'
        yield _entity("community", f"community_{number}", day, data)
    for name in EXPERIMENTS:
        yield _entity("experiment", name, day, _experiment(name, day))
    for number in range(community.users):
        yield _user(number, day, "free")


def changed(community: Community, day: date) -> Iterator[bytes]:
    """Give a snapshot of the users that changed on a date.

    Args:
        community: Which.
        day: The date.

    Yields:
        Lines, each with its newline.
    """
    first = day.toordinal() % DAYS_BETWEEN_CHANGES
    for number in range(first, community.users, DAYS_BETWEEN_CHANGES):
        yield _user(number, day, ROLES[day.toordinal() // DAYS_BETWEEN_CHANGES % len(ROLES)])


def _user(number: int, day: date, role: str) -> bytes:
    joined = date(2023, 1, 1) + timedelta(days=number % 365)
    data = (
        f'"username":"person{number}","email":"person{number}@example.com","role":"{role}",'
        f'"createdAt":"{joined}T08:00:00Z","timezone":"Asia/Kathmandu","language":"ne",'
        f'"countryCode":"{COUNTRIES[number % len(COUNTRIES)]}",'
        f'"registrationSource":"{SOURCES[number % len(SOURCES)]}"'
    )
    return _entity("user", f"user_{number}", day, data)


def _experiment(name: str, day: date) -> str:
    return (
        f'"name":"{name}","description":"Does {name} change what people do?",'
        f'"startDate":"{day}T00:00:00Z","endDate":null,"status":"active",'
        '"variants":["control","treatment"],"trafficAllocation":{"control":0.5,"treatment":0.5},'
        '"targetMetrics":[{"name":"liked","event":"post_like","type":"conversion"},'
        '{"name":"comments","event":"post_comment","type":"count"}]'
    )


def _entity(kind: str, ref: str, day: date, data: str) -> bytes:
    return (
        f'{{"entityType":"{kind}","entityId":"{ref}","updatedAt":"{day}T00:00:00Z",'
        f'"data":{{{data}}}}}\n'
    ).encode()
