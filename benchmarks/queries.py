"""What analysts wait for: the handbook's questions, and some of them asked of the raw events.

What flows through: a request in; one long history, which is asked every question again and again;
the report out.
Belongs here: what is compared, goals. Does not belong here: the questions (`HANDBOOK.md`,
`raw_sql/*.sql`), the clock (`asking`), histories (`histories`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import dbt_builds
from benchmarks.asking import ASKED, MEDIAN, SLOW, asked
from benchmarks.databases import settle
from benchmarks.handbook import Entry, questions
from benchmarks.harness import Goal, Report, Series, Table
from benchmarks.histories import History, made
from benchmarks.measuring import Request
from orchestration.experimentation.store import analyse_touched
from orchestration.order import AFTER_ANALYSIS

EVENTS = 5_000_000
DAYS = 500
ROUNDS = 3
RAW = Path(__file__).parent / "raw_sql"
SCHEMA = re.compile(r"\b(marts|metrics|analyst)\.[a-z_]+\b")
HANDBOOK_MS, RAW_MS, TIMES = "handbook, ms", "raw.events, ms", "times as long"
NOTE = (
    "Answers are counted in the client, from the question to the last row. What is asked of"
    " raw.events is less than what the handbook says: duplicates, invalid events and those that"
    " consent suppresses count there; visits without a session id, and content and interactions"
    " other than posts', do not. What it costs to have marts and metrics, `builds` and `metrics`"
    " tell."
)


def report(request: Request) -> Report:
    """Measure.

    Args:
        request: The history's size, and where.

    Returns:
        The report.
    """
    events, rounds = request.events or EVENTS, request.rounds or ROUNDS
    entries = {entry.title: entry for entry in questions()}
    answers = {title: Series(title) for title in entries}
    ratios = {title: Series(title) for title in raw_questions()}
    with ExitStack() as stack:
        history = made(request, events, events // DAYS, stack)
        _analyse_experiments(history)
        settle(history.database)
        for _ in range(rounds):
            _ask(history, entries, answers)
            _compare(history, entries, ratios)
    quick = [answers[title] for title, entry in entries.items() if reads_metrics_alone(entry)]
    others = [one for one in answers.values() if one not in quick]
    return Report(
        name="queries",
        command=request.command,
        data=f"{events:,} simulated events; each question asked {ASKED} times a round.",
        machine=request.machine,
        rounds=rounds,
        tables=[
            Table("Questions that read `metrics` alone", quick),
            Table("Questions that read `marts` or `analyst`", others),
            Table("The same questions asked of `raw.events`", list(ratios.values())),
        ],
        goals=[
            _goal("slowest question to `metrics`, 95 of 100 within, ms", 50, quick),
            _goal("slowest question to `marts`, 95 of 100 within, ms", 1_000, others),
        ],
        notes=[NOTE],
    )


def reads_metrics_alone(entry: Entry) -> bool:
    """Tell whether no mart has to be read for an answer.

    Args:
        entry: A question.
    """
    return set(SCHEMA.findall(entry.queries[0])) == {"metrics"}


def raw_questions() -> dict[str, str]:
    """Read what is asked of `raw.events`: SQL by the question that its first line names."""
    texts = (path.read_text("utf-8") for path in sorted(RAW.glob("*.sql")))
    return {text.partition("\n")[0].removeprefix("-- "): text for text in texts}


def _goal(what: str, milliseconds: float, series: Iterable[Series]) -> Goal:
    return Goal(what, milliseconds, True, max(one.median(SLOW) for one in series))


def _analyse_experiments(history: History) -> None:
    """Make the results of experiments, which a plain build does not."""
    analyse_touched(history.database)
    dbt_builds.build(history.server, history.database, ("--select", AFTER_ANALYSIS))


def _ask(history: History, entries: Mapping[str, Entry], series: Mapping[str, Series]) -> None:
    with _connected(history) as connection:
        for title, one in series.items():
            one.add(asked(connection, entries[title].queries[0]))


def _compare(history: History, entries: Mapping[str, Entry], series: Mapping[str, Series]) -> None:
    with _connected(history) as connection:
        for title, raw in raw_questions().items():
            ours = asked(connection, entries[title].queries[0])[MEDIAN]
            # Once is enough of what takes seconds.
            theirs = asked(connection, raw, times=1)[MEDIAN]
            series[title].add({TIMES: theirs / ours, HANDBOOK_MS: ours, RAW_MS: theirs})


def _connected(history: History) -> psycopg.Connection[Any]:
    return psycopg.connect(history.database.conninfo(), autocommit=True)
