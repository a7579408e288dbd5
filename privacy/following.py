"""Requests that the next build follow what was changed in schema raw.

What flows through: dates of events and ids of users in; rows that the models of dbt read out, in
the transaction of the change, so that neither is without the other.
Belongs here: asking. Does not belong here: what the models do (`macros/builds/backfills.sql`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

# Until the commit no build begins, so that each either sees the change or comes before the request.
HOLD_BUILDS = "lock table intermediate.builds in share mode"
HAS_BUILT = "select to_regclass('intermediate.entity_backfills') is not null"
# A day more on each side: these are days of UTC, the models' are of the reporting time zone. What a
# request of the same build covers is not asked for twice.
FOLLOW_EVENTS = """
    insert into intermediate.backfills (from_date, to_date, after_build_id)
    select wanted.from_date, wanted.to_date, wanted.after_build_id
    from (
        select
            (%(first)s::timestamptz at time zone 'UTC')::date - 1 as from_date,
            (%(last)s::timestamptz at time zone 'UTC')::date + 1 as to_date,
            max(build_id) as after_build_id
        from intermediate.builds
    ) as wanted
    where
        wanted.after_build_id is not null
        and not exists (
            select
            from intermediate.backfills
            where
                backfills.after_build_id = wanted.after_build_id
                and backfills.from_date <= wanted.from_date
                and backfills.to_date >= wanted.to_date
        )
"""
FOLLOW_USERS = """
    insert into intermediate.entity_backfills (entity_type, entity_ref, after_build_id)
    select 'user', user_refs.user_ref, newest.build_id
    from unnest(%s::text[]) as user_refs (user_ref)
    cross join (select max(build_id) as build_id from intermediate.builds) as newest
    where newest.build_id is not null
"""


def follow_events(connection: Connection[Any], first: datetime, last: datetime) -> None:
    """Have the next build make anew what events between two instants are part of.

    Args:
        connection: In the transaction that changed the events.
        first: Time of the earliest one.
        last: Time of the latest one.
    """
    if _held(connection):
        connection.execute(FOLLOW_EVENTS, {"first": first, "last": last})


def follow_users(connection: Connection[Any], user_refs: Sequence[str]) -> None:
    """Have the next build read entities of users again.

    Args:
        connection: In the transaction that changed the entities.
        user_refs: Ids of the users in the source.
    """
    if _held(connection):
        connection.execute(FOLLOW_USERS, [list(user_refs)])


def _held(connection: Connection[Any]) -> bool:
    """Keep builds from beginning; say whether there has been one to follow from."""
    if connection.execute(HAS_BUILT).fetchone() != (True,):
        return False
    connection.execute(HOLD_BUILDS)
    return True
