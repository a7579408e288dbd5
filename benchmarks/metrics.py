"""What it costs to keep the metrics fresh.

What flows through: a request in; one long history, whose metrics are refreshed after each batch;
the report out.
Belongs here: refreshes, goals. Does not belong here: histories (`histories`), how soon metrics
answer (`queries`).
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.databases import settle
from benchmarks.harness import SECONDS, Goal, Report, Series, Table
from benchmarks.histories import History, made
from benchmarks.measuring import Request

EVENTS = 5_000_000
DAYS = 500
ROUNDS = 3
ALL = "all of them"
METRICS = """
    select relname
    from pg_class
    where relnamespace = 'metrics'::regnamespace and relkind = 'm'
    order by relname
"""
NOTE = (
    "A refresh makes a relation anew beside its readers (`concurrently`) and so costs what its"
    " history costs; one of which no input has changed is not refreshed at all."
)


def report(request: Request) -> Report:
    """Measure.

    Args:
        request: The history's size, and where.

    Returns:
        The report.
    """
    events, rounds = request.events or EVENTS, request.rounds or ROUNDS
    refreshes: dict[str, Series] = {}
    with ExitStack() as stack:
        history = made(request, events, events // DAYS, stack)
        for _ in range(rounds):
            _refresh(history, refreshes)
    return Report(
        name="metrics",
        command=request.command,
        data=f"{events:,} simulated events; each round follows a batch of {events // DAYS:,}.",
        machine=request.machine,
        rounds=rounds,
        tables=[Table("A refresh, by relation", list(refreshes.values()))],
        goals=[Goal("seconds to refresh all metrics", 10, True, refreshes[ALL].median())],
        notes=[NOTE],
    )


def _refresh(history: History, series: dict[str, Series]) -> None:
    """Build the next batch without the metrics, then refresh them."""
    history.build_batch("--exclude", "path:dbt_project/models/metrics")
    settle(history.database)
    with psycopg.connect(history.database.conninfo(), autocommit=True) as connection:
        taken = {name: _seconds_of_refresh(connection, name) for name in _metrics(connection)}
    for name, seconds in [(ALL, sum(taken.values())), *taken.items()]:
        series.setdefault(name, Series(name)).add({SECONDS: seconds})


def _metrics(connection: psycopg.Connection[Any]) -> list[str]:
    return [name for (name,) in connection.execute(METRICS)]


def _seconds_of_refresh(connection: psycopg.Connection[Any], name: str) -> float:
    statement = sql.SQL("refresh materialized view concurrently {}")
    began = time.perf_counter()
    connection.execute(statement.format(sql.Identifier("metrics", name)))
    return time.perf_counter() - began
