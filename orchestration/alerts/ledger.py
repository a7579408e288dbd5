"""The ledger of alerts in the warehouse: open, closed, and what still has to be told to whom.

What flows through: findings in, alerts opened and closed; claims, successes and failures of
deliveries in, messages out. A message is claimed before it is sent and noted afterwards, so that it
is told at least once: twice only where somebody died, or lost the receiver's answer, in between.
Belongs here: the tables of schema `operations` that are about alerts. Does not belong here: finding
causes, sending.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg import Connection

from expectations.rules import Severity
from loaders.landing.schema import migrate
from orchestration.alerts.causes import Findings, Kind
from orchestration.alerts.messages import Event, Message

ALERTS = "operations.alerts"
MIGRATIONS = Path(__file__).parent / "migrations"
TAKE_LEDGER = "select pg_advisory_xact_lock(hashtextextended('chhimeki alerts', 0))"

# Longer than any channel needs to send; where the sender dies, another begins after it.
CLAIM = timedelta(minutes=10)
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)

OPEN = """
    insert into operations.alerts (key, kind, severity, text)
    values (%s, %s, %s, %s)
    on conflict (key) where closed_at is null do nothing
"""
CLOSE = """
    update operations.alerts
    set closed_at = statement_timestamp()
    where closed_at is null and kind = any(%s) and key <> all(%s)
    returning alert_id
"""
# A channel that is new learns of what is open. That something is resolved is told where it was told
# that it opened, or will be.
QUEUE = """
    insert into operations.alert_deliveries (alert_id, channel, event)
    select alerts.alert_id, channels.name, 'opened'
    from operations.alerts
    cross join unnest(%s::text[]) as channels (name)
    where alerts.closed_at is null
    union all
    select deliveries.alert_id, deliveries.channel, 'resolved'
    from operations.alerts
    inner join operations.alert_deliveries as deliveries using (alert_id)
    where alerts.alert_id = any(%s) and deliveries.event = 'opened'
    on conflict do nothing
"""
# What ended a week ago is news to nobody.
CLAIM_NEXT = """
    update operations.alert_deliveries as claimed
    set attempts = claimed.attempts + 1, next_attempt_at = now() + %(claim)s
    from operations.alerts
    where
        alerts.alert_id = claimed.alert_id
        and (claimed.alert_id, claimed.channel, claimed.event) = (
            select due.alert_id, due.channel, due.event
            from operations.alert_deliveries as due
            inner join operations.alerts as known using (alert_id)
            where
                due.channel = %(channel)s
                and due.told_at is null
                and due.next_attempt_at <= now()
                and coalesce(known.closed_at > now() - interval '7 days', true)
                and not (
                    due.event = 'resolved'
                    and exists (
                        select
                        from operations.alert_deliveries as earlier
                        where
                            earlier.alert_id = due.alert_id
                            and earlier.channel = due.channel
                            and earlier.event = 'opened'
                            and earlier.told_at is null
                    )
                )
            order by due.alert_id, due.event
            limit 1
            for update of due skip locked
        )
    returning
        alerts.alert_id,
        claimed.event,
        alerts.key,
        alerts.kind,
        alerts.severity,
        alerts.text,
        alerts.opened_at,
        alerts.closed_at,
        claimed.attempts,
        %(warehouse)s
"""
NOTE_TOLD = """
    update operations.alert_deliveries
    set told_at = now(), last_error = null
    where alert_id = %s and channel = %s and event = %s
"""
NOTE_FAILED = """
    update operations.alert_deliveries
    set next_attempt_at = now() + %s, last_error = %s
    where alert_id = %s and channel = %s and event = %s
"""
LIST_OPEN = """
    select kind, severity, text, opened_at
    from operations.alerts
    where closed_at is null
    order by severity, opened_at, alert_id
"""


@dataclass(frozen=True)
class OpenAlert:
    """An alert whose cause lasts."""

    kind: Kind
    severity: Severity
    text: str
    opened_at: datetime


def prepare(connection: Connection[Any]) -> None:
    """Make the tables, or bring them up to date.

    Args:
        connection: Outside a transaction.
    """
    migrate(connection, MIGRATIONS)


def reconcile(
    connection: Connection[Any], look: Callable[[], Findings], channels: Sequence[str]
) -> tuple[int, int]:
    """Open an alert for each new cause, close those whose cause is gone, queue what is to be told.

    One at a time, the look included: of two that ran together the one with the older look would
    open again what the other had closed.

    Args:
        connection: Autocommit.
        look: Finds what is wrong.
        channels: Who is to be told.

    Returns:
        Numbers of alerts that were opened and closed.
    """
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(TAKE_LEDGER)
        found = look()
        causes = [cause for kind in found.values() for cause in kind]
        keys = [cause.key for cause in causes]
        closed = [row[0] for row in cursor.execute(CLOSE, (list(found), keys))]
        cursor.executemany(OPEN, [(one.key, one.kind, one.severity, one.text) for one in causes])
        opened = cursor.rowcount if causes else 0
        cursor.execute(QUEUE, (list(channels), closed))
        return opened, len(closed)


def claim(connection: Connection[Any], channel: str) -> Message | None:
    """Take the next message that is due on a channel; for a while nobody else gets it.

    Args:
        connection: Autocommit.
        channel: Its name.

    Returns:
        The message; none when nothing is due.
    """
    info = connection.info
    parameters = {
        "claim": CLAIM,
        "channel": channel,
        "warehouse": f"{info.host}:{info.port}/{info.dbname}",
    }
    row = connection.execute(CLAIM_NEXT, parameters).fetchone()
    if row is None:
        return None
    alert_id, event, key, kind, severity, *rest = row
    return Message(alert_id, Event(event), key, kind, Severity(severity), *rest)


def note_told(connection: Connection[Any], channel: str, message: Message) -> None:
    """Note that the receiver has taken a message.

    Args:
        connection: Autocommit.
        channel: Which one.
        message: Which one.
    """
    connection.execute(NOTE_TOLD, (message.alert_id, channel, message.event))


def note_failed(connection: Connection[Any], channel: str, message: Message, why: str) -> None:
    """Note that it has not, and when to try again.

    Args:
        connection: Autocommit.
        channel: Which one.
        message: Which one.
        why: The reason, without secrets.
    """
    parameters = (backoff(message.attempts), why, message.alert_id, channel, message.event)
    connection.execute(NOTE_FAILED, parameters)


def backoff(attempts: int) -> timedelta:
    """Say how long to wait after a number of attempts: twice as long every time.

    Args:
        attempts: At least 1.
    """
    doublings = min(attempts - 1, 20)
    return min(FIRST_RETRY * (1 << doublings), LONGEST_RETRY)


def open_alerts(connection: Connection[Any]) -> list[OpenAlert]:
    """List the alerts whose cause lasts, critical ones first.

    Args:
        connection: To a warehouse that has the ledger (`ALERTS`).
    """
    rows = connection.execute(LIST_OPEN)
    return [
        OpenAlert(Kind(kind), Severity(severity), text, opened_at)
        for kind, severity, text, opened_at in rows
    ]
