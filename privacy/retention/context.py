"""Where and with what a person was: taken out of old events and old rejected records.

What flows through: a policy and a moment in; batches out, and each removed in a transaction.
Belongs here: the statements on `raw.events` and `raw.rejected_records`. Does not belong here:
choosing the moment, other classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from privacy.following import follow_events

BATCH_RECORDS = 10_000
# What is no text becomes false rather than nothing, so that an event that was invalid stays so.
HOLDS = """
    "timestamp" < %(before)s
    and (
        metadata ?| %(keys)s
        or other ?| %(keys)s
        or data ?| %(keys)s
        and exists (
            select
            from jsonb_each(data) as member
            where member.key = any(%(keys)s) and member.value <> 'false'
        )
    )
"""
FIND_EVENTS = f"""
    select
        load_id,
        landed_at,
        record_number / {BATCH_RECORDS},
        count(*),
        min("timestamp"),
        max("timestamp")
    from raw.events
    where {HOLDS}
    group by 1, 2, 3
    order by 1, 2, 3
"""  # noqa: S608
CLEAN_EVENTS = f"""
    update raw.events
    set
        metadata = metadata - %(keys)s::text[],
        other = nullif(other - %(keys)s::text[], '{{}}'),
        data = (data - %(keys)s::text[]) || coalesce(
            (
                select jsonb_object_agg(member.key, false)
                from jsonb_each(data) as member
                where
                    member.key = any(%(keys)s)
                    and jsonb_typeof(member.value) not in ('string', 'null')
            ),
            '{{}}'
        )
    where
        load_id = %(load_id)s
        and landed_at = %(landed_at)s
        and record_number >= %(batch)s * {BATCH_RECORDS}
        and record_number < (%(batch)s + 1) * {BATCH_RECORDS}
        and {HOLDS}
"""  # noqa: S608
COUNT_REJECTED = """
    select count(*) from raw.rejected_records where landed_at < %s and record <> ''
"""
# Its length stays, and says that the record is not whole: it cannot be replayed.
CLEAN_REJECTED = """
    update raw.rejected_records set record = '' where landed_at < %s and record <> ''
"""


@dataclass(frozen=True)
class Batch:
    """Old events of one load that still hold what they should not.

    Attributes:
        load_id: The load.
        landed_at: When it began.
        number: Which batch of its records.
        events: How many events.
        first: Time of the earliest one.
        last: Time of the latest one.
    """

    load_id: int
    landed_at: datetime
    number: int
    events: int
    first: datetime
    last: datetime


def find_events(connection: Connection[Any], keys: list[str], before: datetime) -> list[Batch]:
    """Find old events that hold any of some keys; reads all events once.

    Args:
        connection: Of a role that may read schema raw.
        keys: Which keys.
        before: Events earlier than that are old.
    """
    found = connection.execute(FIND_EVENTS, {"keys": keys, "before": before})
    return [Batch(*row) for row in found]


def clean_events(
    connection: Connection[Any], keys: list[str], before: datetime, batches: list[Batch]
) -> None:
    """Take the keys out of old events, a batch a transaction.

    Args:
        connection: Autocommit, of a role that may update schema raw.
        keys: Which keys.
        before: As the batches were found.
        batches: What to clean.
    """
    for one in batches:
        where = {"load_id": one.load_id, "landed_at": one.landed_at, "batch": one.number}
        with connection.transaction():
            connection.execute(CLEAN_EVENTS, where | {"keys": keys, "before": before})
            follow_events(connection, one.first, one.last)


def count_rejected(connection: Connection[Any], before: datetime) -> int:
    """Count rejected records that landed before a moment and still have their bytes."""
    return int(next(iter(connection.execute(COUNT_REJECTED, [before])))[0])


def clean_rejected(connection: Connection[Any], before: datetime) -> None:
    """Empty rejected records that landed before a moment; reason and place stay."""
    connection.execute(CLEAN_REJECTED, [before])
