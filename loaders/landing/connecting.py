"""Connections to the warehouse, and what it means when one fails.

What flows through: settings in, an open connection with schema raw up to date out; PostgreSQL's
errors in, one line that says what to do out.
Belongs here: opening, and telling a lost connection from a server that says no.
Does not belong here: what is done over the connection.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from loaders.errors import LoadError
from loaders.landing import schema
from loaders.settings import Settings

Connection = psycopg.Connection[Any]

# It would say on standard error, beside the one line of ours, that a lost connection is lost.
logging.getLogger("psycopg").setLevel(logging.CRITICAL)


def connect(settings: Settings, purpose: str) -> Connection:
    """Connect, and bring schema raw up to date.

    Args:
        settings: Which server.
        purpose: What the connection is for, as `pg_stat_activity` shows it.

    Returns:
        An autocommit connection.
    """
    connection = psycopg.connect(
        settings.conninfo(),
        autocommit=True,
        application_name=f"chhimeki {purpose}",
        client_encoding="utf8",
    )
    try:
        schema.migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def connected(settings: Settings, purpose: str) -> Iterator[Connection]:
    """Connect for the length of a `with`.

    Raises:
        LoadError: The server cannot be reached, or fails in between; one line says what to do.
    """
    with failing_in_one_line(settings, purpose), connect(settings, purpose) as connection:
        yield connection


@contextmanager
def failing_in_one_line(settings: Settings, purpose: str) -> Iterator[None]:
    """Turn an error of PostgreSQL into a `LoadError` of one line.

    Args:
        settings: Which server.
        purpose: What to do again afterwards, such as `load`.
    """
    try:
        yield
    except psycopg.Error as error:
        raise LoadError(_in_one_line(error, settings, purpose)) from error


def _in_one_line(error: psycopg.Error, settings: Settings, purpose: str) -> str:
    where = f"{settings.host}:{settings.port}/{settings.database}"
    said = error.diag.message_primary or str(error)
    match error.sqlstate:
        case "53100":
            todo = f"make room on the server's disk, then {purpose} again"
        case "42501":
            todo = f"grant it to {settings.user}, then {purpose} again"
        case None:
            todo = (
                f"see that the server is up (`chhimeki up`) and the password right, then {purpose}"
                " again"
            )
        case _:
            todo = f"see to it, then {purpose} again; what had landed is left out"
    return f"PostgreSQL at {where}: {said}; the current file has not landed: {todo}."
