"""The contestant of a full build: one hand-tuned statement a table, and nothing else.

What flows through: a database whose models are built in; its marts a second time, in schema plain,
out, and the time that took. No keys, no indexes, no bookkeeping for the next batch.
Belongs here: running `plain_sql/`, and the proof that both came to the same rows.
Does not belong here: what a mart means (the models say so).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from benchmarks.databases import settle
from benchmarks.harness import SECONDS
from benchmarks.measuring import SERVER_CPU
from benchmarks.processes import BenchmarkError, server_cpu_seconds
from loaders.settings import Settings

STATEMENTS = Path(__file__).parent / "plain_sql"
# In the order in which they build on each other.
TABLES: tuple[LiteralString, ...] = (
    "events",
    "user_sessions",
    "user_interactions_daily",
    "users",
    "content_analytics",
    "community_analytics",
    "experiment_assignments",
    "error_logs",
    "performance_metrics",
)
COLUMNS: LiteralString = """
    select attname from pg_attribute
    where attrelid = %s::regclass and attnum > 0 and not attisdropped
    order by attname
"""


@dataclass(frozen=True)
class Build:
    """One build.

    Attributes:
        figures: Of the whole.
        tables: Seconds by table.
    """

    figures: Mapping[str, float]
    tables: Mapping[str, float]


def build(server: Settings, database: Settings) -> Build:
    """Make every table anew.

    Args:
        server: The server.
        database: Where models are built.

    Returns:
        What it took.
    """
    settle(database)
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        connection.execute("drop schema if exists plain cascade; create schema plain")
        before, began = server_cpu_seconds(server), time.perf_counter()
        tables = {table: _make(connection, table) for table in TABLES}
        figures = {SECONDS: time.perf_counter() - began}
        after = server_cpu_seconds(server)
    if before is not None and after is not None:
        figures[SERVER_CPU] = after - before
    return Build(figures, tables)


def _make(connection: psycopg.Connection[Any], table: LiteralString) -> float:
    began = time.perf_counter()
    connection.execute((STATEMENTS / f"{table}.sql").read_bytes())
    connection.execute(sql.SQL("analyze {}").format(sql.Identifier("plain", table)))
    return time.perf_counter() - began


def check(database: Settings) -> None:
    """See that the tables hold the rows of the marts: else they were no contest.

    Args:
        database: Where both are built.

    Raises:
        BenchmarkError: They differ.
    """
    with psycopg.connect(database.conninfo()) as connection:
        for table in TABLES:
            columns = [row[0] for row in connection.execute(COLUMNS, [f"plain.{table}"])]
            if _digest(connection, "plain", table, columns) != _digest(
                connection, "marts", table, columns
            ):
                raise BenchmarkError(
                    f"plain.{table} has other rows than marts.{table}; mend plain_sql/{table}.sql."
                )


def _digest(
    connection: psycopg.Connection[Any], schema: str, table: str, columns: Sequence[str]
) -> object:
    query = sql.SQL("select count(*), sum(hashtextextended(row({})::text, 0)) from {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(schema, table)
    )
    return connection.execute(query).fetchone()
