"""Applying the policies: what is too old, and without it.

What flows through: policies and a moment in; findings out, then the same removed.
Belongs here: the order of the classes, and the entry in the audit log. Does not belong here: the
statements of a class (`context`, `identifiers`, `partitions`), building.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from privacy import audit
from privacy.retention.context import (
    Batch,
    clean_events,
    clean_rejected,
    count_rejected,
    find_events,
)
from privacy.retention.identifiers import clean_users, find_users
from privacy.retention.partitions import Partition, find_partitions, replace_partitions
from privacy.retention.policies import Policies


@dataclass(frozen=True)
class Finding:
    """What of one class is too old in one table.

    Attributes:
        kind: The class, `context`, `identifiers` or `partitions`.
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
        connection: Autocommit, of a role that may read schemas raw, intermediate and marts.
        policies: What is too old.
        now: The present, with a time zone.

    Returns:
        One finding a class and table, nothing where nothing is too old.
    """
    return _findings(policies, now, _find_all(connection, policies, now))


def apply(connection: Connection[Any], policies: Policies, now: datetime) -> list[Finding]:
    """Remove what is too old, in batches; killed on the way, the next call goes on from there.

    Args:
        connection: Autocommit, of a role that owns schema raw and may record.
        policies: What is too old.
        now: The present, with a time zone.

    Returns:
        What went.
    """
    old = _find_all(connection, policies, now)
    findings = _findings(policies, now, old)
    if findings:
        # Told first: it stands even if the way is not gone to its end.
        audit.record(
            connection,
            "retention",
            detail={f"{one.kind} {one.table}": one.rows for one in findings},
        )
    before = _context_before(policies, now)
    clean_events(connection, policies.context.keys, before, old.events)
    clean_rejected(connection, before)
    clean_users(connection, policies.identifiers, old.users)
    replace_partitions(connection, old.partitions)
    return findings


@dataclass(frozen=True)
class _Old:
    events: list[Batch]
    rejected: int
    users: list[str]
    partitions: list[Partition]


def _find_all(connection: Connection[Any], policies: Policies, now: datetime) -> _Old:
    before = _context_before(policies, now)
    return _Old(
        find_events(connection, policies.context.keys, before),
        count_rejected(connection, before),
        find_users(connection, policies.identifiers),
        find_partitions(connection, policies.partitions, now),
    )


def _context_before(policies: Policies, now: datetime) -> datetime:
    return now - timedelta(days=policies.context.after_days)


def _findings(policies: Policies, now: datetime, old: _Old) -> list[Finding]:
    context, identifiers = policies.context, policies.identifiers
    day = f"before {_context_before(policies, now):%Y-%m-%d}"
    events = sum(one.events for one in old.events)
    inactive = f"nothing done for {identifiers.after_months} months"
    findings = [
        Finding("context", "raw.events", events, f"{', '.join(context.keys)} {day}"),
        Finding("context", "raw.rejected_records", old.rejected, f"the record, landed {day}"),
        Finding(
            "identifiers", "users", len(old.users), f"{', '.join(identifiers.keys)}; {inactive}"
        ),
        *(
            Finding("partitions", one.name, one.records, "what no model reads")
            for one in old.partitions
        ),
    ]
    return [one for one in findings if one.rows]
