"""Schema raw: its migrations and its monthly partitions.

What flows through: a connection in; tables that are there afterwards. Each file of `migrations/` is
applied once, in the order of its number, in a transaction of its own; an applied file is never
edited, its successor changes what it made.
Belongs here: whatever creates or changes tables of schema raw. Does not belong here: their rows.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

from psycopg import Connection, sql

from loaders.errors import LoadError

MIGRATIONS = Path(__file__).parent / "migrations"
PARTITIONED_TABLES = ("events", "entities", "rejected_records")
# Advisory locks of one database, each held for a moment; numbers, for PostgreSQL knows no names.
MIGRATION_LOCK = 4_203_001
PARTITION_LOCK = 4_203_002
LANDING_ORDER_LOCK = 4_203_003
# Classes of advisory locks: one lock a length of a file, one a load in parts.
LENGTH_LOCKS = 4_203_004
PARTS_LOCKS = 4_203_005

_VERSIONS_TABLE = """
create schema if not exists raw;
comment on schema raw is 'What landed, as it landed: one load of one file a transaction.';
create table raw.schema_versions (
    name text primary key,
    content_sha256 bytea not null,
    applied_at timestamptz not null default now()
);
comment on table raw.schema_versions is 'One row a migration that was applied.';
comment on column raw.schema_versions.name is 'Its file, in a folder named migrations.';
comment on column raw.schema_versions.content_sha256 is 'SHA-256 of the file when it was applied.';
comment on column raw.schema_versions.applied_at is 'When it was applied.';
"""


_CREATE_PARTITION: LiteralString = """
    create table {partition}
    (like {parent} including defaults including constraints including comments)
"""
_ATTACH_PARTITION: LiteralString = """
    alter table {parent} attach partition {partition} for values from ({since}) to ({until})
"""


def migrate(connection: Connection[Any], folder: Path = MIGRATIONS) -> list[str]:
    """Bring schema raw, or what another folder makes, up to date; any number may do so at once.

    Args:
        connection: Outside a transaction.
        folder: Holds the migrations, `NNNN_*.sql`.

    Returns:
        Names of the migrations that were applied now.

    Raises:
        LoadError: A migration that was applied is not the one in the folder.
    """
    applied = []
    # The lock of the session, not of a transaction: it spans one transaction per migration.
    _outside_transaction(connection, "select pg_advisory_lock(%s)", MIGRATION_LOCK)
    try:
        known = _known_versions(connection)
        for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql")):
            content = path.read_bytes()
            digest = hashlib.sha256(content).digest()
            if path.name not in known:
                _apply(connection, path.name, content, digest)
                applied.append(path.name)
            elif known[path.name] != digest:
                raise LoadError(
                    f"Migration {path.name} was applied with other content; restore the file and "
                    "put the change into a new migration."
                )
    finally:
        if not connection.closed:
            _outside_transaction(connection, "select pg_advisory_unlock(%s)", MIGRATION_LOCK)
    return applied


def _outside_transaction(connection: Connection[Any], statement: LiteralString, lock: int) -> None:
    connection.execute(statement, (lock,))
    connection.commit()


def _known_versions(connection: Connection[Any]) -> dict[str, bytes]:
    with connection.transaction():
        found = connection.execute("select to_regclass('raw.schema_versions')").fetchone()
        if found == (None,):
            connection.execute(_VERSIONS_TABLE)
        rows = connection.execute("select name, content_sha256 from raw.schema_versions")
        return dict(rows.fetchall())


def _apply(connection: Connection[Any], name: str, content: bytes, digest: bytes) -> None:
    with connection.transaction():
        connection.execute(content)
        connection.execute(
            "insert into raw.schema_versions (name, content_sha256) values (%s, %s)",
            (name, digest),
        )


def ensure_partitions(connection: Connection[Any]) -> None:
    """Make the partitions that a load beginning now, or at the latest in a day, needs.

    Running loads are neither waited for nor held up: attaching takes a lock on the parent that COPY
    does not mind, and nothing else is locked when the partition lock is asked for.

    Args:
        connection: Outside a transaction.
    """
    (now,) = connection.execute("select now()").fetchone() or (datetime.now(UTC),)
    connection.commit()
    for month in sorted({_first_of_month(now), _first_of_month(now + timedelta(days=1))}):
        missing = [one for one in PARTITIONED_TABLES if not _exists(connection, one, month)]
        if missing:
            with connection.transaction():
                connection.execute("select pg_advisory_xact_lock(%s)", (PARTITION_LOCK,))
                for table in missing:
                    # Another process may have made it while the lock was waited for.
                    if not _exists(connection, table, month):
                        _make_partition(connection, table, month)


def _first_of_month(moment: datetime) -> date:
    return moment.astimezone(UTC).date().replace(day=1)


def partition_name(table: str, month: str) -> str:
    """Name the partition of a table of schema raw that holds a month, such as `202601`."""
    return f"{table}_{month}"


def _exists(connection: Connection[Any], table: str, month: date) -> bool:
    # Asks the table of tables: to_regclass, within one transaction, goes on saying what it said
    # before the lock was waited for.
    with connection.transaction():
        found = connection.execute(
            "select from pg_catalog.pg_class"
            " where relnamespace = 'raw'::regnamespace and relname = %s",
            (partition_name(table, f"{month:%Y%m}"),),
        )
        return found.rowcount > 0


def _make_partition(connection: Connection[Any], table: str, month: date) -> None:
    create_partition(connection, table, partition_name(table, f"{month:%Y%m}"))
    attach_partition(connection, table, month)


def create_partition(connection: Connection[Any], table: str, name: str) -> None:
    """Make a table that can become a partition of a table of schema raw.

    Args:
        connection: To the warehouse.
        table: Whose partition.
        name: Its own name, in schema raw.
    """
    names = {"partition": sql.Identifier("raw", name), "parent": sql.Identifier("raw", table)}
    connection.execute(sql.SQL(_CREATE_PARTITION).format(**names))


def attach_partition(connection: Connection[Any], table: str, month: date) -> None:
    """Make the table that is named after a month the partition that holds it.

    Args:
        connection: To the warehouse.
        table: Whose partition.
        month: First day of the month.
    """
    after = (month + timedelta(days=31)).replace(day=1)
    names = {
        "partition": sql.Identifier("raw", partition_name(table, f"{month:%Y%m}")),
        "parent": sql.Identifier("raw", table),
        # With the zone written out, the month is the same whatever zone the session has.
        "since": sql.Literal(f"{month} 00:00:00+00"),
        "until": sql.Literal(f"{after} 00:00:00+00"),
    }
    connection.execute(sql.SQL(_ATTACH_PARTITION).format(**names))
