"""Erasure from schema raw: a person's records go, their names in the records of others too.

What flows through: a person in, rows by table out. All in one transaction, in which no load
commits: loads that began before it begin again, and leave the person out.
Belongs here: rows of schema raw. Does not belong here: what is computed of them
(`orchestration.erasing`), files (`file_erasure`).
"""

from __future__ import annotations

from typing import Any, LiteralString

import psycopg
from psycopg import sql

from loaders.landing import register
from loaders.records.erased import (
    OWN_FIELDS,
    Replace,
    digest_of_name,
    digest_of_user,
    replaced_in_json,
)
from privacy.people import mentions
from privacy.people.person import Person

Connection = psycopg.Connection[Any]

TABLES = ("raw.events", "raw.entities", "raw.rejected_records")

# A record that had landed counts as rejected from now on: by its own load, and by each replay of
# what that load rejected, so that every one still has read what it has landed and rejected.
_DELETE = """
    with recursive events_gone as (
        delete from raw.events
        where user_id = any(%(refs)s) or (user_id is null and session_id = any(%(sessions)s))
        returning load_id, record_number
    ),

    entities_gone as (
        delete from raw.entities
        where entity_type = 'user' and entity_id = any(%(refs)s)
        returning load_id, record_number
    ),

    gone as (
        select load_id, record_number, 1 as events, 0 as entities from events_gone
        union all
        select load_id, record_number, 0, 1 from entities_gone
    ),

    rejected as (
        select load_id, record_number, events, entities, 0 as rejected_before from gone
        union all
        select replays.load_id, rejected.record_number, 0, 0, 1
        from rejected
        inner join raw.loads as replays on rejected.load_id = replays.replays_load_id
    ),

    rows_rejected as (
        insert into raw.rejected_records (
            load_id, record_number, landed_at, line_number, byte_offset,
            reason, detail, record, record_bytes
        )
        select load_id, record_number, landed_at, 0, 0, 'erased', '', '', 0
        from rejected
        inner join raw.loads using (load_id)
    ),

    counted as (
        select
            load_id,
            sum(events) as events,
            sum(entities) as entities,
            count(*) as rejected,
            sum(rejected_before) as read
        from rejected
        group by load_id
    ),

    loads_counted as (
        update raw.loads
        set
            events_landed = events_landed - counted.events,
            entities_landed = entities_landed - counted.entities,
            records_rejected = records_rejected + counted.rejected,
            records_read = records_read + counted.read,
            names_erased = true
        from counted
        where loads.load_id = counted.load_id
    )

    select coalesce(sum(events), 0)::bigint, coalesce(sum(entities), 0)::bigint from gone
"""
_FORGET_REJECTED = """
    update raw.rejected_records
    set record = '', reason = 'erased', detail = ''
    where reason <> 'erased' and (
        encode(record, 'escape') ~* %(mentions_in_bytes)s or detail ~* %(mentions)s
    )
    returning load_id
"""
_NOTE_LOADS = "update raw.loads set names_erased = true where load_id = any(%s)"
_FORGET_FILE_NAMES = """
    update raw.loads set file_name = 'erased' where file_name ~* %(mentions)s
"""
_EVENTS_OF_OTHERS = """
    select load_id, record_number, landed_at, session_id, data::text, metadata::text, other::text
    from raw.events
    where
        data::text ~* %(mentions)s
        or metadata::text ~* %(mentions)s
        or other::text ~* %(mentions)s
        or session_id ~* %(mentions)s
"""
_REWRITE_EVENT: LiteralString = """
    update raw.events
    set session_id = %s, data = %s::jsonb, metadata = %s::jsonb, other = %s::jsonb
    where load_id = %s and record_number = %s and landed_at = %s
"""
_ENTITIES_OF_OTHERS = """
    select load_id, record_number, landed_at, entity_type, data::text, other::text
    from raw.entities
    where data::text ~* %(mentions)s or other::text ~* %(mentions)s
"""
_REWRITE_ENTITY: LiteralString = """
    update raw.entities
    set data = %s::jsonb, other = %s::jsonb
    where load_id = %s and record_number = %s and landed_at = %s
"""


def erase_records(connection: Connection, person: Person) -> dict[str, int]:
    """Erase a person from schema raw, and keep them out.

    Args:
        connection: Inside a transaction.
        person: Who.

    Returns:
        Rows deleted or rewritten, by table.
    """
    register.take_landing_order(connection)
    _keep_out(connection, person)
    spellings = mentions.spellings(person.called)
    meant = {
        "refs": list(person.refs),
        "sessions": list(person.sessions),
        "mentions": mentions.pattern(spellings),
        "mentions_in_bytes": mentions.pattern(map(mentions.in_bytes, spellings)),
    }
    gone = connection.execute(_DELETE, meant).fetchone() or (0, 0)
    replace = mentions.replacing(person.called)
    events = _rewrite_events(connection, meant, replace)
    entities = _rewrite_entities(connection, meant, replace)
    rejected = [load_id for (load_id,) in connection.execute(_FORGET_REJECTED, meant)]
    connection.execute(_NOTE_LOADS, [[*events, *entities, *rejected]])
    connection.execute(_FORGET_FILE_NAMES, meant)
    counts = (gone[0] + len(events), gone[1] + len(entities), len(rejected))
    return dict(zip(TABLES, counts, strict=True))


def vacuum(connection: Connection) -> None:
    """Have the server forget deleted rows, and what its statistics quote of them.

    Args:
        connection: Outside a transaction.
    """
    for table in (*TABLES, "raw.loads", "pg_catalog.pg_statistic"):
        statement = sql.SQL("vacuum (analyze) {}").format(sql.Identifier(*table.split(".")))
        connection.execute(statement)


def _keep_out(connection: Connection, person: Person) -> None:
    salt = register.erased(connection).salt
    digests = {
        *(digest_of_user(salt, ref) for ref in person.refs),
        *(digest_of_name(salt, name) for name in person.called),
    }
    connection.execute(
        "insert into privacy.erased_names select unnest(%s::bytea[]) on conflict do nothing",
        [list(digests)],
    )


def _rewrite_events(connection: Connection, meant: dict[str, Any], replace: Replace) -> list[int]:
    """Rewrite what mentions somebody; give the load of each row that is rewritten."""
    loads = []
    with connection.cursor("others") as found, connection.cursor() as writer:
        for *place, session, data, metadata, other in found.execute(_EVENTS_OF_OTHERS, meant):
            texts = (data.encode(), metadata.encode(), (other or "").encode())
            replaced = tuple(replaced_in_json(text, replace) for text in texts)
            new_session = session and replace(session)
            if (new_session, *replaced) == (session, *texts):
                continue
            values = (new_session, *(one.decode() or None for one in replaced))
            writer.execute(_REWRITE_EVENT, (*values, *place))
            loads.append(place[0])
    return loads


def _rewrite_entities(connection: Connection, meant: dict[str, Any], replace: Replace) -> list[int]:
    """Rewrite what mentions somebody; give the load of each row that is rewritten."""
    loads = []
    with connection.cursor("others") as found, connection.cursor() as writer:
        for *place, kind, data, other in found.execute(_ENTITIES_OF_OTHERS, meant):
            texts = (data.encode(), (other or "").encode())
            replaced = (
                replaced_in_json(texts[0], replace, OWN_FIELDS[kind]),
                replaced_in_json(texts[1], replace),
            )
            if replaced == texts:
                continue
            values = tuple(one.decode() or None for one in replaced)
            writer.execute(_REWRITE_ENTITY, (*values, *place))
            loads.append(place[0])
    return loads
