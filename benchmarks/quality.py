"""What a full pass of the quality checks costs, suite by suite.

What flows through: a request in; one history, built whole, that every suite is judged on as the
nightly job does it, pages included; the report out.
Belongs here: what is measured, goals. Does not belong here: suites (`expectations`), histories
(`histories`).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy

from benchmarks.databases import settle
from benchmarks.harness import SECONDS, Goal, Report, Series, Table
from benchmarks.histories import History, made
from benchmarks.measuring import Request
from expectations.docs import build
from expectations.marts import MART_SUITES
from expectations.metrics import METRIC_SUITES
from expectations.raw import raw_suites
from expectations.rules import Suite
from expectations.validation import Judgement, judge
from loaders.catalogue import load_catalogue
from orchestration.experimentation.store import analyse_touched

EVENTS = 1_000_000
DAYS = 100
ROUNDS = 3
QUERIES = "queries"
ALL, PAGES = "all of it", "Data Docs"
NOTE = (
    "All events of the history landed in the last day, which is what the gate looks at: it costs"
    " what a day's news costs, the other suites what the last 31 dates do. Rows of a suite are"
    " selected once; what a query more costs is that of a small table. Starting Python and"
    " importing Great Expectations take some 5 s more, once a process."
)


def report(request: Request) -> Report:
    """Measure.

    Args:
        request: The history's size, and where.

    Returns:
        The report.
    """
    events, rounds = request.events or EVENTS, request.rounds or ROUNDS
    series: dict[str, Series] = {}
    with ExitStack() as stack:
        history = made(request, events, events // DAYS, stack)
        analyse_touched(history.database)
        history.build_batch()
        for _ in range(rounds):
            settle(history.database)
            _pass(history, series)
    return Report(
        name="quality",
        command=request.command,
        data=(
            f"{events:,} simulated events of {DAYS} dates, landed within a day and built;"
            f" {sum(len(suite.rules) for suite in _suites())} rules."
        ),
        machine=request.machine,
        rounds=rounds,
        tables=[Table("A full pass, by suite", list(series.values()))],
        goals=[Goal("seconds of a full pass", 60, True, series[ALL].median())],
        notes=[NOTE],
    )


def _suites() -> tuple[Suite, ...]:
    return (*raw_suites(load_catalogue()), *MART_SUITES, *METRIC_SUITES)


def _pass(history: History, series: dict[str, Series]) -> None:
    figures: dict[str, dict[str, float]] = {}
    judgements: list[Judgement] = []
    with _counted() as sent:
        began = time.perf_counter()
        before, asked = began, 0
        for one in judge(_suites(), history.database):
            now = time.perf_counter()
            figures[one.suite.name] = {SECONDS: now - before, QUERIES: len(sent) - asked}
            before, asked = now, len(sent)
            judgements.append(one)
    with tempfile.TemporaryDirectory(dir=history.folder) as folder:
        before = time.perf_counter()
        build(judgements, Path(folder) / "data_docs")
        now = time.perf_counter()
    figures[PAGES] = {SECONDS: now - before}
    figures = {ALL: {SECONDS: now - began, QUERIES: len(sent)}} | figures
    for name, measured in figures.items():
        series.setdefault(name, Series(name)).add(measured)


@contextmanager
def _counted() -> Iterator[list[str]]:
    """Collect the statements that this process sends."""
    sent: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", count)
    yield sent
    sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", count)
