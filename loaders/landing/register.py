"""The transaction in which a load lands: its beginning, its publication, its place in the order.

What flows through: a connection and facts about one load in; its row in raw.loads out. What is not
in raw.loads has not landed: every reader of raw goes by that table.
Belongs here: ids, locks, and the row of a load. Does not belong here: its rows (`copying`), which
files there are (`pipeline`), connections (`connecting`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg import sql

from loaders.landing import schema
from loaders.landing.connecting import Connection
from loaders.loads import Counts, Load
from loaders.records.erased import Erased

_INTEGERS = 2**31


class ErasedMeanwhileError(Exception):
    """Somebody was erased since the load began; nothing of it has landed."""


@contextmanager
def one_of_length(connection: Connection, file_bytes: int) -> Iterator[None]:
    """Wait until nobody else is landing a file of this length, and keep others waiting.

    Files of one content have one length: so a second loader of the same bytes waits for the first,
    and nobody has to read a file twice to know whether it is the same.

    Args:
        connection: Outside a transaction.
        file_bytes: Length of the file.
    """
    lock = (schema.LENGTH_LOCKS, file_bytes % _INTEGERS)
    connection.execute("select pg_advisory_lock(%s, %s)", lock)
    try:
        yield
    finally:
        # A lost connection has lost its locks.
        if not connection.closed:
            connection.execute("select pg_advisory_unlock(%s, %s)", lock)


def landed_as(connection: Connection, file_bytes: int, digest: Callable[[], bytes]) -> int | None:
    """Find the load that landed a content, if one did.

    Args:
        connection: Anywhere.
        file_bytes: Length of the file.
        digest: Gives its SHA-256; asked only where a file of that length has landed.

    Returns:
        The id of that load.
    """
    with connection.transaction():
        of_length = connection.execute(
            "select from raw.loads where file_bytes = %s limit 1", (file_bytes,)
        )
        if not of_length.rowcount:
            return None
        row = connection.execute(
            "select load_id from raw.loads where content_sha256 = %s", (digest(),)
        ).fetchone()
    return row[0] if row else None


@contextmanager
def in_parts(connection: Connection) -> Iterator[Load]:
    """Begin a load whose rows several connections commit before it is published.

    Args:
        connection: Outside a transaction.

    Yields:
        The load. What has been committed for it is removed at the end, unless it is published.
    """
    with connection.transaction():
        load = begin(connection)
        # Shared with its workers: while any of them lives, nobody removes what they write.
        connection.execute("select pg_advisory_lock_shared(%s, %s)", _parts_lock(load))
        connection.execute(
            "insert into raw.unpublished_loads (load_id, landed_at) values (%s, %s)",
            (load.load_id, load.landed_at),
        )
    try:
        yield load
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock_shared(%s, %s)", _parts_lock(load))
            remove_unpublished(connection)


def join_parts(connection: Connection, load: Load) -> None:
    """Take part in a load in parts until the transaction ends.

    Args:
        connection: Inside the transaction of one worker.
        load: The load.
    """
    connection.execute("select pg_advisory_xact_lock_shared(%s, %s)", _parts_lock(load))


def publish_parts(
    connection: Connection, load: Load, digest: bytes, file_name: str, file_bytes: int
) -> None:
    """Write the row of a load in parts: as `publish`, and nothing of it is to be removed now."""
    publish(connection, load, digest, file_name, file_bytes)
    connection.execute("delete from raw.unpublished_loads where load_id = %s", (load.load_id,))


def remove_unpublished(connection: Connection) -> None:
    """Remove what interrupted loads in parts have left; those that are at work are left alone.

    Args:
        connection: Outside a transaction.
    """
    for row in connection.execute("select load_id, landed_at from raw.unpublished_loads"):
        load = Load(*row)
        with connection.transaction():
            free = connection.execute(
                "select pg_try_advisory_xact_lock(%s, %s)", _parts_lock(load)
            ).fetchone()
            if free == (True,):
                _remove_rows(connection, load)


def _remove_rows(connection: Connection, load: Load) -> None:
    for table in schema.PARTITIONED_TABLES:
        partition = sql.Identifier("raw", schema.partition_name(table, load.month))
        statement = sql.SQL("delete from {} where load_id = %s").format(partition)
        connection.execute(statement, (load.load_id,))
    connection.execute("delete from raw.unpublished_loads where load_id = %s", (load.load_id,))


def _parts_lock(load: Load) -> tuple[int, int]:
    return schema.PARTS_LOCKS, load.load_id % _INTEGERS


def begin(connection: Connection) -> Load:
    """Give a load its id and its time, those of the transaction around it.

    Args:
        connection: Inside the load's transaction.
    """
    row = connection.execute(
        "select nextval(pg_get_serial_sequence('raw.loads', 'load_id')), now()"
    ).fetchone()
    assert row is not None  # noqa: S101 - a query without `from` gives a row
    return Load(row[0], row[1], erased(connection))


def names_erased(connection: Connection, load_id: int) -> bool:
    """Say whether the file of a load names somebody who was erased."""
    row = connection.execute(
        "select names_erased from raw.loads where load_id = %s", (load_id,)
    ).fetchone()
    return row == (True,)


def erased(connection: Connection) -> Erased:
    """Read who was erased.

    Args:
        connection: Anywhere.
    """
    salt = connection.execute("select salt from privacy.erasure_salt").fetchone()
    digests = connection.execute("select digest from privacy.erased_names").fetchall()
    return Erased(salt[0] if salt else b"", frozenset(digest for (digest,) in digests))


def publish(
    connection: Connection, load: Load, digest: bytes, file_name: str, file_bytes: int
) -> None:
    """Write a load's row, without which its rows have not landed.

    Args:
        connection: Inside the load's transaction.
        load: The load.
        digest: SHA-256 of the content.
        file_name: Where it comes from.
        file_bytes: Its length.
    """
    connection.execute(
        "insert into raw.loads (load_id, landed_at, content_sha256, file_name, file_bytes)"
        " overriding system value values (%s, %s, %s, %s, %s)",
        (load.load_id, load.landed_at, digest, file_name, file_bytes),
    )


def take_landing_order(connection: Connection) -> None:
    """Keep every load from committing until this transaction ends.

    Args:
        connection: Inside the transaction.
    """
    # Held until the commit is visible: the next one in the order cannot become so before it.
    connection.execute("select pg_advisory_xact_lock(%s)", (schema.LANDING_ORDER_LOCK,))


def finish(connection: Connection, load: Load, counts: Counts) -> None:
    """Write a load's counts and its place in the order of landing, just before it commits.

    Args:
        connection: Inside the load's transaction.
        load: The load.
        counts: What was copied.

    Raises:
        ErasedMeanwhileError: Its rows may hold somebody who was erased since it began.
    """
    take_landing_order(connection)
    if erased(connection) != load.erased:
        raise ErasedMeanwhileError
    connection.execute(
        "update raw.loads set landing_order = nextval('raw.landing_order'), records_read = %s,"
        " events_landed = %s, entities_landed = %s, records_rejected = %s,"
        " names_erased = %s where load_id = %s",
        (
            counts.records_read,
            counts.events_landed,
            counts.entities_landed,
            counts.records_rejected,
            counts.records_erased > 0,
            load.load_id,
        ),
    )
