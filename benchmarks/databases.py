"""Databases that are there for one measurement.

What flows through: the settings of a server in, settings of a fresh database on it out.
Belongs here: making, dropping, checkpoints. Nothing outside of these databases is touched.
Does not belong here: what is put into them.
"""

from __future__ import annotations

import dataclasses
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from loaders.landing.schema import migrate
from loaders.settings import Settings

PREFIX = "benchmark_"
QUIET_SECONDS = 10
POLL_SECONDS = 0.02


@contextmanager
def fresh_database(settings: Settings, name: str) -> Iterator[Settings]:
    """Make a database with an empty schema raw, and drop it afterwards.

    Args:
        settings: The server, up.
        name: What it is for; one that an interrupted benchmark left is dropped first.

    Yields:
        Settings of the database, with a home of its own for dbt's files.
    """
    database = PREFIX + name
    identifier = sql.Identifier(database)
    drop = sql.SQL("drop database if exists {} with (force)").format(identifier)
    with psycopg.connect(settings.conninfo(), autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("create database {}").format(identifier))
        home = settings.home / "benchmarks" / database
        made = dataclasses.replace(settings, database=database, home=home).as_one_user()
        try:
            with psycopg.connect(made.conninfo()) as inside:
                migrate(inside)
            yield made
        finally:
            connection.execute(drop)
            shutil.rmtree(home, ignore_errors=True)


def settle(settings: Settings) -> None:
    """Wait until nobody is connected, then write out what the last measurement left in memory.

    Args:
        settings: The database; its server's statistics of a backend are complete once it is gone.
    """
    deadline = time.monotonic() + QUIET_SECONDS
    with psycopg.connect(settings.conninfo(), autocommit=True) as connection:
        while time.monotonic() < deadline and _others(connection):
            time.sleep(POLL_SECONDS)
        connection.execute("checkpoint")


def _others(connection: psycopg.Connection[tuple[int]]) -> int:
    row = connection.execute(
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    ).fetchone()
    return row[0] if row else 0
