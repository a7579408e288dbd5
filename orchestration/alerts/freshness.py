"""How fresh the warehouse is: when a file landed last, and when its newest event happened.

What flows through: a connection and a limit in; moments, ages and perhaps a cause out.
Belongs here: what counts as stale. Does not belong here: whether events came late (the gate).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

from expectations.rules import Severity
from orchestration.alerts.causes import Cause, Kind
from orchestration.alerts.settings import STALE_HOURS

LOADS = "raw.loads"

# A replay tries old records again; it says nothing of the source.
LAST_LANDING = """
    select load_id, landed_at, now() - landed_at
    from raw.loads
    where replays_load_id is null
    order by landed_at desc
    limit 1
"""


@dataclass(frozen=True)
class Landing:
    """The last load of a file.

    Attributes:
        load_id: Its id.
        landed_at: When it began.
        age: Time since, by the server's clock.
    """

    load_id: int
    landed_at: datetime
    age: timedelta


def last_landing(connection: Connection[Any]) -> Landing | None:
    """Find the last load of a file.

    Args:
        connection: To a warehouse with schema raw.

    Returns:
        The load; none where nothing has ever landed.
    """
    row = connection.execute(LAST_LANDING).fetchone()
    return Landing(*row) if row else None


def is_stale(landing: Landing | None, limit: timedelta) -> bool:
    """Say whether files have stopped coming; where none ever came, none can be missed.

    Args:
        landing: The last load of a file.
        limit: How long may pass until the next one.
    """
    return landing is not None and landing.age > limit


def stale_source(landing: Landing | None, limit: timedelta) -> list[Cause]:
    """Say that files have stopped coming, if they have.

    Args:
        landing: The last load of a file.
        limit: How long may pass until the next one.

    Returns:
        One cause, the same until another file lands; or none.
    """
    if landing is None or not is_stale(landing, limit):
        return []
    since = f"{landing.landed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    hours = limit / timedelta(hours=1)
    return [
        Cause(
            key=f"stale_source:since load {landing.load_id}",
            kind=Kind.STALE_SOURCE,
            severity=Severity.CRITICAL,
            text=f"no file has landed since {since}, for more than {hours:g} hours ({STALE_HOURS})",
        )
    ]
