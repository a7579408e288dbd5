"""Rows into schema raw, one transaction a load.

What flows through: one open file's blocks in; its rows in raw.events, raw.entities and
raw.rejected_records, and its row in raw.loads, out: all of them or none.
Belongs here: the transaction, its locks, and what PostgreSQL's errors mean for a load.
Does not belong here: the rows themselves (`copying`), which files there are (`pipeline`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from loaders import schema
from loaders.copying import Counts
from loaders.errors import LoadError
from loaders.settings import Settings

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Load:
    """One load that has begun.

    Attributes:
        load_id: Its id.
        landed_at: When it began, by the server's clock.
    """

    load_id: int
    landed_at: datetime


@contextmanager
def connected(settings: Settings) -> Iterator[Connection]:
    """Connect, with schema raw up to date.

    Args:
        settings: Which server.

    Yields:
        An autocommit connection.

    Raises:
        LoadError: The server cannot be reached, or fails in between; one line says what to do.
    """
    try:
        with psycopg.connect(
            settings.conninfo(),
            autocommit=True,
            application_name="chhimeki load",
            client_encoding="utf8",
        ) as connection:
            schema.migrate(connection)
            yield connection
    except psycopg.Error as error:
        raise LoadError(_in_one_line(error, settings)) from error


@contextmanager
def begun(
    connection: Connection, digest: bytes, file_name: str, file_bytes: int
) -> Iterator[Load | None]:
    """Begin the load of one content; it is committed at the end of the `with`, or rolled back.

    A second loader of the same bytes waits here until the first has committed or given up.

    Args:
        connection: Outside a transaction.
        digest: SHA-256 of the content.
        file_name: Where it comes from.
        file_bytes: Its length.

    Yields:
        The load, or None where this content has landed already.
    """
    schema.ensure_partitions(connection)
    with connection.transaction():
        row = connection.execute(
            "insert into raw.loads (content_sha256, file_name, file_bytes) values (%s, %s, %s)"
            " on conflict (content_sha256) do nothing returning load_id, landed_at",
            (digest, file_name, file_bytes),
        ).fetchone()
        yield Load(*row) if row else None


def load_id_of(connection: Connection, digest: bytes) -> int | None:
    """Find the load that landed a content, if one did."""
    row = connection.execute(
        "select load_id from raw.loads where content_sha256 = %s", (digest,)
    ).fetchone()
    return row[0] if row else None


def finish(connection: Connection, load: Load, counts: Counts) -> None:
    """Write a load's counts and its place in the order of landing, just before it commits.

    Args:
        connection: Inside the load's transaction.
        load: The load.
        counts: What was copied.
    """
    # Held until the commit is visible: the next one in the order cannot become so before it.
    connection.execute("select pg_advisory_xact_lock(%s)", (schema.LANDING_ORDER_LOCK,))
    connection.execute(
        "update raw.loads set landing_order = nextval('raw.landing_order'), records_read = %s,"
        " events_landed = %s, entities_landed = %s, records_rejected = %s where load_id = %s",
        (
            counts.records_read,
            counts.events_landed,
            counts.entities_landed,
            counts.records_rejected,
            load.load_id,
        ),
    )


def _in_one_line(error: psycopg.Error, settings: Settings) -> str:
    where = f"{settings.host}:{settings.port}/{settings.database}"
    said = error.diag.message_primary or str(error)
    match error.sqlstate:
        case "53100":
            todo = "make room on the server's disk, then load again"
        case "42501":
            todo = f"grant it to {settings.user}, then load again"
        case None:
            todo = "see that the server is up and the password right, then load again"
        case _:
            todo = "see to it, then load again; what had landed is left out"
    return f"PostgreSQL at {where}: {said}; the current file has not landed: {todo}."
