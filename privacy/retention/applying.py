"""Applying the policies: what is too old, and without it.

What flows through: policies and a moment in; findings out, then the same removed.
Belongs here: the order of the classes, and the entry in the audit log. Does not belong here: the
statements of a class (`context`, `identifiers`), building.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from privacy import audit
from privacy.retention.context import clean_events, clean_rejected, count_rejected, find_events
from privacy.retention.identifiers import clean_users, find_users
from privacy.retention.policies import Policies


@dataclass(frozen=True)
class Finding:
    """What of one class is too old in one table.

    Attributes:
        kind: The class, `context` or `identifiers`.
        table: The table.
        rows: How many of its rows; of identifiers, how many users.
        what: What goes, in words.
    """

    kind: str
    table: str
    rows: int
    what: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.kind}: {self.rows:,} of {self.table} ({self.what})"


def find(connection: Connection[Any], policies: Policies, now: datetime) -> list[Finding]:
    """Say what would go.

    Args:
        connection: Autocommit, of a role that may read schemas raw and marts.
        policies: What is too old.
        now: The present, with a time zone.

    Returns:
        One finding a class and table, nothing where nothing is too old.
    """
    keys, before = policies.context.keys, _before(policies, now)
    events = sum(one.events for one in find_events(connection, keys, before))
    rejected = count_rejected(connection, before)
    users = len(find_users(connection, policies.identifiers))
    return _findings(policies, before, events, rejected, users)


def apply(connection: Connection[Any], policies: Policies, now: datetime) -> list[Finding]:
    """Remove what is too old, in batches; killed on the way, the next call goes on from there.

    Args:
        connection: Autocommit, of a role that may update schema raw and record.
        policies: What is too old.
        now: The present, with a time zone.

    Returns:
        What went.
    """
    keys, before = policies.context.keys, _before(policies, now)
    batches = find_events(connection, keys, before)
    users = find_users(connection, policies.identifiers)
    rejected = count_rejected(connection, before)
    found = _findings(policies, before, sum(one.events for one in batches), rejected, len(users))
    if found:
        # Told first: it stands even if the way is not gone to its end.
        audit.record(
            connection, "retention", detail={f"{one.kind} {one.table}": one.rows for one in found}
        )
    return _findings(
        policies,
        before,
        sum(clean_events(connection, keys, before, batches)),
        clean_rejected(connection, before),
        sum(clean_users(connection, policies.identifiers, users)),
    )


def _before(policies: Policies, now: datetime) -> datetime:
    return now - timedelta(days=policies.context.after_days)


def _findings(
    policies: Policies, before: datetime, events: int, rejected: int, users: int
) -> list[Finding]:
    day = f"before {before:%Y-%m-%d}"
    months = policies.identifiers.after_months
    findings = [
        Finding("context", "raw.events", events, f"{', '.join(policies.context.keys)} {day}"),
        Finding("context", "raw.rejected_records", rejected, f"the record, landed {day}"),
        Finding(
            "identifiers",
            "users",
            users,
            f"{', '.join(policies.identifiers.keys)}; nothing done for {months} months",
        ),
    ]
    return [one for one in findings if one.rows]
