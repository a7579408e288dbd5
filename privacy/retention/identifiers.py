"""Who a person is: taken from users who have long done nothing.

What flows through: a policy in; ids of users out, and batches of users whose identifiers are
removed, one transaction each.
Belongs here: the statements on `raw.entities`, and on events that name a user by username. Does not
belong here: other classes.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from privacy.following import follow_events, follow_users
from privacy.retention.policies import Identifiers

BATCH_USERS = 1_000
HAS_USERS = "select to_regclass('marts.users') is not null"
# By the as-of date, not by the clock: while no events come, nobody has become inactive.
FIND_USERS = """
    select distinct entities.entity_id
    from raw.entities
    inner join marts.users on entities.entity_id = users.user_ref
    where
        entities.entity_type = 'user'
        and entities.data ?| %(keys)s
        and coalesce(users.last_active_at, users.created_at) < (
            select (as_of_date - make_interval(months => %(months)s)) at time zone 'UTC'
            from intermediate.int_dates_observed
            order by build_id desc
            limit 1
        )
    order by entities.entity_id
"""
# Of several users with one username an event means the least id; a user whose id it is comes first.
NAME_BY_ID = """
    with meant as (
        select username_key, min(user_ref collate "C") as user_ref
        from intermediate.int_users_profiled
        group by username_key
        having min(user_ref collate "C") = any(%(user_refs)s)
    ),
    named as (
        select
            events.load_id,
            events.landed_at,
            events.record_number,
            jsonb_object_agg(member.key, meant.user_ref) as names
        from raw.events
        cross join lateral jsonb_each(events.data) as member
        inner join meant on md5(member.value #>> '{}')::uuid = meant.username_key
        where
            events.data ?| %(names)s
            and member.key = any(%(names)s)
            and jsonb_typeof(member.value) = 'string'
            and not exists (
                select
                from intermediate.int_users_known as known
                where known.user_ref = member.value #>> '{}' and known.is_known
            )
        group by 1, 2, 3
    ),
    renamed as (
        update raw.events
        set data = events.data || named.names
        from named
        where
            events.load_id = named.load_id
            and events.landed_at = named.landed_at
            and events.record_number = named.record_number
        returning events."timestamp"
    )
    select count(*), min("timestamp"), max("timestamp") from renamed
"""
CLEAN_ENTITIES = """
    update raw.entities
    set data = data - %(keys)s::text[], other = nullif(other - %(keys)s::text[], '{}')
    where entity_type = 'user' and entity_id = any(%(user_refs)s)
"""


def find_users(connection: Connection[Any], policy: Identifiers) -> list[str]:
    """Find users who are inactive and still have identifiers.

    Args:
        connection: Of a role that may read schemas raw and marts.
        policy: Which identifiers, and when.

    Returns:
        Ids of users in the source; none where nothing has been built, as activity is not known.
    """
    if connection.execute(HAS_USERS).fetchone() != (True,):
        return []
    wanted = {"keys": policy.keys, "months": policy.after_months}
    return [row[0] for row in connection.execute(FIND_USERS, wanted)]


def clean_users(connection: Connection[Any], policy: Identifiers, user_refs: list[str]) -> None:
    """Take their identifiers from users, and name them by id in events, a batch a transaction.

    Args:
        connection: Autocommit, of a role that may update schema raw.
        policy: Which identifiers.
        user_refs: Ids of the users in the source.
    """
    for start in range(0, len(user_refs), BATCH_USERS):
        batch = user_refs[start : start + BATCH_USERS]
        values = {"user_refs": batch, "keys": policy.keys, "names": policy.names}
        with connection.transaction():
            events, first, last = next(iter(connection.execute(NAME_BY_ID, values)))
            if events:
                follow_events(connection, first, last)
            connection.execute(CLEAN_ENTITIES, values)
            follow_users(connection, batch)
