"""Old partitions of schema raw: dropped, each for one with only what the models are made of.

What flows through: a policy and a moment in; numbers of rows out, and partitions that are replaced,
one transaction each. Duplicates of events, snapshots that a later one has replaced, and in the rest
the keys that no model reads, are gone then; a full refresh and an erasure go on giving what they
gave.
Belongs here: the partitions of events and entities. Does not belong here: what within a record is
too old to be kept (`context`, `identifiers`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString

from psycopg import Connection, sql

from loaders.catalogue import load_catalogue
from loaders.landing.schema import attach_partition, create_partition, partition_name
from privacy.retention.policies import Partitions

HAS_BUILT = "select to_regclass('intermediate.int_events_first_landed') is not null"
# Partitions are named by their month (`partition_name`).
FIND_OLD = """
    select right(partitions.relname, 6) as month
    from pg_inherits
    inner join pg_class as partitions on pg_inherits.inhrelid = partitions.oid
    where
        pg_inherits.inhparent = %(parent)s::regclass
        and right(partitions.relname, 6)
        < to_char(%(now)s at time zone 'UTC' - make_interval(months => %(months)s), 'YYYYMM')
    order by month
"""
COUNT = "select count(*) from {partition} as records where not ({counts}) or {has_more}"
# Nobody changes the old partition while the rest of it is copied.
HOLD = "lock table {partition} in share mode"
COPY = "insert into {new} select {kept} from {partition} as records where {counts}"
NOTE_DROPPED = """
    update raw.loads
    set {dropped} = {dropped} + gone.records
    from (
        select load_id, count(*) as records
        from {partition} as records
        where not ({counts})
        group by load_id
    ) as gone
    where loads.load_id = gone.load_id
"""
DROP = "drop table {partition}"
TAKE_ITS_NAME = "alter table {new} rename to {name}"
HAND_OVER = "alter table {partition} owner to {owner}"
OWNER = "select pg_get_userbyid(relowner) from pg_class where oid = %s::regclass"


@dataclass(frozen=True)
class Table:
    """A table of schema raw, and what of it the models are made of, in SQL.

    Attributes:
        name: Its name.
        counts: Whether a record is one that they are made of.
        kept: Columns of such a record, without what they do not read.
        has_more: Whether there is something that they do not read.
        dropped: Column of `raw.loads` for the number of records that are dropped.
    """

    name: LiteralString
    counts: LiteralString
    kept: LiteralString
    has_more: LiteralString
    dropped: LiteralString


# Records of a load that no build has followed, or that has not landed, all count.
EVENTS = Table(
    name="events",
    counts="""
        exists (
            select
            from intermediate.int_events_first_landed as first_landed
            where
                first_landed.load_id = records.load_id
                and first_landed.record_number = records.record_number
                and first_landed.landed_at = records.landed_at
        )
        or records.load_id not in (
            select loads.load_id
            from raw.loads
            inner join intermediate.builds on loads.landing_order <= builds.landed_through
            inner join intermediate.watermarks on builds.build_id = watermarks.build_id
            where watermarks.model_name = 'int_events_first_landed'
        )
    """,
    kept="""
        load_id, record_number, landed_at, event_id, event_name, user_id, session_id,
        "timestamp", client_timestamp, received_at, data,
        metadata - array(
            select jsonb_object_keys(metadata) except select unnest({read}::text[])
        ),
        null
    """,
    has_more="other is not null or metadata - {read}::text[] <> '{{}}'",
    dropped="events_dropped",
)
ENTITIES = Table(
    name="entities",
    counts="""
        not exists (
            select
            from raw.entities as later
            inner join raw.loads as later_loads on later.load_id = later_loads.load_id
            inner join raw.loads as own_loads on records.load_id = own_loads.load_id
            where
                later.entity_id = records.entity_id
                and later.entity_type = records.entity_type
                and (later.updated_at, later_loads.landing_order, later.record_number)
                > (records.updated_at, own_loads.landing_order, records.record_number)
        )
    """,
    kept="load_id, record_number, landed_at, entity_type, entity_id, updated_at, data, null",
    has_more="other is not null",
    dropped="entities_dropped",
)


@dataclass(frozen=True)
class Partition:
    """An old partition with something in it that no model reads.

    Attributes:
        table: Whose.
        month: Month of landing, such as `202601`.
        records: How many of its records go, whole or in part.
    """

    table: Table
    month: str
    records: int

    @property
    def name(self) -> str:
        """Its name, with the schema."""
        return f"raw.{partition_name(self.table.name, self.month)}"


def find_partitions(
    connection: Connection[Any], policy: Partitions, now: datetime
) -> list[Partition]:
    """Find partitions that ended so long ago and hold what no model reads; reads each once.

    Args:
        connection: Of a role that may read schemas raw and intermediate.
        policy: How long ago.
        now: The present, with a time zone.

    Returns:
        The earliest month of a table first; none where nothing has been built, as only a build
        knows which record of an event counts.
    """
    if connection.execute(HAS_BUILT).fetchone() != (True,):
        return []
    found = []
    for table in (EVENTS, ENTITIES):
        old = {"parent": f"raw.{table.name}", "months": policy.after_months, "now": now}
        for (month,) in connection.execute(FIND_OLD, old).fetchall():
            counted = connection.execute(_spelled(COUNT, table, month))
            found.append(Partition(table, month, int(next(iter(counted))[0])))
    return [one for one in found if one.records]


def replace_partitions(connection: Connection[Any], found: list[Partition]) -> None:
    """Drop partitions, each for one without what no model reads, a partition a transaction.

    Args:
        connection: Autocommit, of who owns schema raw or may hand tables over to its owner.
        found: Which.
    """
    for one in found:
        with connection.transaction():
            _replace(connection, one)


def _replace(connection: Connection[Any], old: Partition) -> None:
    table = old.table
    create_partition(connection, table.name, _new_name(table, old.month))
    for statement in (HOLD, COPY, NOTE_DROPPED, DROP, TAKE_ITS_NAME):
        connection.execute(_spelled(statement, table, old.month))
    (owner,) = next(iter(connection.execute(OWNER, [f"raw.{table.name}"])))
    hand_over = _spelled(HAND_OVER, table, old.month, owner=sql.Identifier(owner))
    connection.execute(hand_over)
    month = datetime.strptime(old.month, "%Y%m").replace(tzinfo=UTC).date()
    attach_partition(connection, table.name, month)


def _new_name(table: Table, month: str) -> str:
    return f"{partition_name(table.name, month)}_new"


def _spelled(
    statement: LiteralString, table: Table, month: str, **more: sql.Composable
) -> sql.Composed:
    name = partition_name(table.name, month)
    read = sql.Literal([field.name for field in load_catalogue().envelope.metadata])
    return sql.SQL(statement).format(
        partition=sql.Identifier("raw", name),
        name=sql.Identifier(name),
        new=sql.Identifier("raw", _new_name(table, month)),
        counts=sql.SQL(table.counts),
        kept=sql.SQL(table.kept).format(read=read),
        has_more=sql.SQL(table.has_more).format(read=read),
        dropped=sql.Identifier(table.dropped),
        **more,
    )
