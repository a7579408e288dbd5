"""What the layout of raw.events costs the server, against other layouts of the same rows.

What flows through: a request in; the rows that a load left, copied out once, then copied by nothing
but COPY into tables of each layout; the report out.
Belongs here: the layouts. Does not belong here: reading and judging records (`landing` measures
the whole).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from benchmarks.bulk import BulkPlan, Snapshots, write
from benchmarks.databases import fresh_database
from benchmarks.harness import SECONDS, Contestant, Report, Table, alternate
from benchmarks.measuring import MB, SERVER_CPU, Request
from benchmarks.processes import server_cpu_seconds
from loaders import pipeline
from loaders.settings import Settings

EVENTS = 200_000
BLOCK_BYTES = 256 * 1024
ROUNDS = 3
COPY_OUT: dict[str, LiteralString] = {
    "binary": "copy (select * from raw.events order by record_number) to stdout (format binary)",
    "text": "copy (select * from raw.events order by record_number) to stdout (format text)",
}
# A table that is no partitioned one is not even the root of its tree.
SIZE: LiteralString = """
    select coalesce(sum(pg_total_relation_size(relid)), pg_total_relation_size(%(table)s))
    from pg_partition_tree(%(table)s)
"""
LOG: LiteralString = "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn"


@dataclass(frozen=True)
class _Layout:
    """One way to keep the rows.

    Attributes:
        name: As the table says it.
        create: Statements that make the table afresh.
        table: Its name.
        options: What its COPY is told.
        content: Which file is copied.
    """

    name: str
    create: LiteralString
    table: LiteralString
    options: LiteralString
    content: str


BARE: LiteralString = "drop table if exists bare; create table bare (like raw.events)"
LAYOUTS = (
    _Layout("as it is", "truncate raw.events", "raw.events", "(format binary)", "binary"),
    _Layout("as it is, COPY's text", "truncate raw.events", "raw.events", "(format text)", "text"),
    _Layout("without the primary key", BARE, "bare", "(format binary)", "binary"),
    _Layout(
        "BRIN on load_id for the key",
        BARE + "; create index on bare using brin (load_id)",
        "bare",
        "(format binary)",
        "binary",
    ),
    _Layout(
        "one jsonb column",
        "drop table if exists bare; create table bare (record jsonb)",
        "bare",
        "(format csv, quote e'\\x01', delimiter e'\\x02')",
        "lines",
    ),
)


def report(request: Request) -> Report:
    """Measure.

    Args:
        request: Sizes, and where.

    Returns:
        The report.
    """
    events, rounds = request.events or EVENTS, request.rounds or ROUNDS
    with fresh_database(request.server, "layouts") as database:
        contents = _contents(request.folder, database, events)
        contestants = [
            _contestant(request.server, database, layout, contents[layout.content])
            for layout in LAYOUTS
        ]
        series = alternate(contestants, rounds)
    return Report(
        name="layouts",
        command=request.command,
        data=f"{events:,} simulated events, copied into an empty table of each layout.",
        machine=request.machine,
        rounds=rounds,
        tables=[Table("COPY alone", series)],
    )


def _contents(folder: Path, database: Settings, events: int) -> dict[str, Path]:
    """Write the same events as lines and, once they have landed, as rows."""
    contents = {"lines": folder / "layouts.jsonl"}
    write(BulkPlan(events=events, snapshots=Snapshots.NONE), [contents["lines"]])
    pipeline.load([str(contents["lines"])], database)
    with psycopg.connect(database.conninfo()) as connection:
        for name, statement in COPY_OUT.items():
            contents[name] = folder / f"layouts.{name}"
            with (
                contents[name].open("wb") as file,
                connection.cursor().copy(statement) as stream,
            ):
                for data in stream:
                    file.write(data)
    return contents


def _contestant(server: Settings, database: Settings, layout: _Layout, content: Path) -> Contestant:
    copy = sql.SQL("copy {} from stdin {}").format(sql.SQL(layout.table), sql.SQL(layout.options))

    def measure() -> dict[str, float]:
        with psycopg.connect(database.conninfo(), autocommit=True) as connection:
            connection.execute(layout.create)
            connection.execute("checkpoint")
            begun = _Reading.of(server, connection)
            with content.open("rb") as file, connection.cursor().copy(copy) as stream:
                while block := file.read(BLOCK_BYTES):
                    stream.write(block)
            figures = _Reading.of(server, connection).since(begun)
            (size,) = connection.execute(SIZE, {"table": layout.table}).fetchone() or (0,)
        return figures | {"table MB": float(size) / MB}

    return Contestant(layout.name, measure)


@dataclass(frozen=True)
class _Reading:
    """What the clocks say.

    Attributes:
        at: The wall clock, in seconds.
        cpu: The server's processor time, in seconds; None where it cannot be known.
        log: How much write-ahead log there has been, in bytes.
    """

    at: float
    cpu: float | None
    log: float

    @classmethod
    def of(cls, server: Settings, connection: psycopg.Connection[Any]) -> _Reading:
        (log,) = connection.execute(LOG).fetchone() or (0,)
        return cls(time.perf_counter(), server_cpu_seconds(server), float(log))

    def since(self, begun: _Reading) -> dict[str, float]:
        figures = {SECONDS: self.at - begun.at, "log MB": (self.log - begun.log) / MB}
        if self.cpu is not None and begun.cpu is not None:
            figures[SERVER_CPU] = self.cpu - begun.cpu
        return figures
