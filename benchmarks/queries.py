"""What analysts wait for: the questions of handbook and dashboards, and some of the raw events.

What flows through: a request in; one long history, which is asked every question again and again,
as an analyst; the report out.
Belongs here: what is compared, goals. Does not belong here: the questions (`HANDBOOK.md`,
`dashboards/sql`, `raw_sql/*.sql`), the clock (`asking`), histories (`histories`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import dbt_builds, handbook
from benchmarks.asking import ASKED, MEDIAN, SLOW, asked
from benchmarks.databases import settle
from benchmarks.harness import Goal, Report, Series, Table
from benchmarks.histories import History, made
from benchmarks.measuring import Request
from dashboards.pages import PAGES
from dashboards.queries import text_of
from loaders.roles import Role
from loaders.settings import Settings
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
    " tell. Nobody waits for the dashboards' queries: the site is written from their answers."
)


def report(request: Request) -> Report:
    """Measure.

    Args:
        request: The history's size, and where.

    Returns:
        The report.
    """
    events, rounds = request.events or EVENTS, request.rounds or ROUNDS
    told = handbook_questions()
    shown = dashboard_questions()
    questions = told | shown
    answers = {name: Series(name) for name in questions}
    ratios = {name: Series(name) for name in raw_questions()}
    with ExitStack() as stack:
        history = made(request, events, events // DAYS, stack, with_roles=True)
        _analyse_experiments(history)
        settle(history.database)
        for _ in range(rounds):
            _ask(history.database.as_role(Role.ANALYST), questions, answers)
            _compare(history.database, told, ratios)
    quick = [answers[name] for name, text in questions.items() if reads_metrics_alone(text)]
    others = [one for one in answers.values() if one not in quick]
    return Report(
        name="queries",
        command=request.command,
        data=f"{events:,} simulated events; each question asked {ASKED} times a round.",
        machine=request.machine,
        rounds=rounds,
        tables=[
            Table("The handbook asks `metrics` alone", _among(told, quick)),
            Table("The handbook asks `marts` or `analyst`", _among(told, others)),
            Table("The dashboards ask `metrics` alone", _among(shown, quick)),
            Table("The dashboards ask `marts` or `analyst`", _among(shown, others)),
            Table("The handbook's questions asked of `raw.events`", list(ratios.values())),
        ],
        goals=[
            _goal("slowest question to `metrics`, median ms", 20, quick, MEDIAN),
            _goal("slowest question to `metrics`, 95 of 100 within, ms", 50, quick, SLOW),
            _goal("slowest question to `marts`, 95 of 100 within, ms", 1_000, others, SLOW),
        ],
        notes=[NOTE],
    )


def handbook_questions() -> dict[str, str]:
    """Read what the handbook asks: SQL by title."""
    return {entry.title: entry.queries[0] for entry in handbook.questions()}


def dashboard_questions() -> dict[str, str]:
    """Read what the dashboards ask as the analyst: SQL by page and query."""
    return {
        f"{page.title}: {query}": text_of(page, query, "UTC")
        for page in PAGES
        for query in page.queries
        if query not in page.supplied
    }


def raw_questions() -> dict[str, str]:
    """Read what is asked of `raw.events`: SQL by the question that its first line names."""
    texts = (path.read_text("utf-8") for path in sorted(RAW.glob("*.sql")))
    return {text.partition("\n")[0].removeprefix("-- "): text for text in texts}


def reads_metrics_alone(text: str) -> bool:
    """Tell whether no mart has to be read for an answer.

    Args:
        text: SQL.
    """
    return set(SCHEMA.findall(text)) == {"metrics"}


def _among(questions: Mapping[str, str], series: Iterable[Series]) -> list[Series]:
    return [one for one in series if one.name in questions]


def _goal(what: str, milliseconds: float, series: Iterable[Series], figure: str) -> Goal:
    return Goal(what, milliseconds, True, max(one.median(figure) for one in series))


def _analyse_experiments(history: History) -> None:
    """Make the results of experiments, which a plain build does not."""
    analyse_touched(history.database.as_role(Role.TRANSFORMER))
    dbt_builds.build(history.server, history.database, ("--select", AFTER_ANALYSIS))


def _ask(who: Settings, questions: Mapping[str, str], series: Mapping[str, Series]) -> None:
    with _connected(who) as connection:
        for name, one in series.items():
            one.add(asked(connection, questions[name]))


def _compare(who: Settings, questions: Mapping[str, str], series: Mapping[str, Series]) -> None:
    with _connected(who) as connection:
        for name, raw in raw_questions().items():
            ours = asked(connection, questions[name])[MEDIAN]
            # Once is enough of what takes seconds.
            theirs = asked(connection, raw, times=1)[MEDIAN]
            series[name].add({TIMES: theirs / ours, HANDBOOK_MS: ours, RAW_MS: theirs})


def _connected(who: Settings) -> psycopg.Connection[Any]:
    return psycopg.connect(who.conninfo(), autocommit=True)
