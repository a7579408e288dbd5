"""The report of a week, read from the warehouse.

What flows through: a connection as the analyst in, one report out, of one snapshot.
Belongs here: questions, and their answers as the report's shapes. Does not belong here: what is
large (`movements`), how it is written (`rendering`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from dashboards.pages.experiments import page as experiments_page
from dashboards.queries import FILES_ZONE, DashboardsError, ask, text_of
from dashboards.report.model import (
    HISTORY_WEEKS,
    WEEK,
    Cell,
    Conclusion,
    Effect,
    Report,
    last_whole_week,
    monday_of,
)
from dashboards.report.movements import headline, largest, parts_of, weekly
from dashboards.report.numbers import NUMBERS
from loaders.roles import Role
from loaders.settings import Settings

FOLDER = Path(__file__).parent / "sql"
# The week that the files name, so that they run in psql and are checked as they stand.
FILES_WEEK = "'2024-01-29'"
CELLS = ("people", "sessions", "events", "errors")
RATES = "rates"
CONCLUDED = "concluded"
PLACES = ("country", "platform", "content")
DATES = "select min(date), max(date) from metrics.active_users_daily"
# What clients send may be as long as a book.
LONGEST_NAME = 60

Row = dict[str, Any]


def read_report(settings: Settings, time_zone: str, day: date | None = None) -> Report:
    """Read a week as the analyst.

    Args:
        settings: The warehouse, up.
        time_zone: The zone whose days the tables have.
        day: A date of the week; none for the last week that is over.

    Returns:
        The report; without numbers where there are not two whole weeks to compare.

    Raises:
        DashboardsError: The week is not over, or the models are not built.
    """
    with psycopg.connect(settings.as_role(Role.ANALYST).conninfo()) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        ((first, as_of),) = ask(connection, DATES).rows
        made_at = datetime.now(UTC)
        today = made_at.astimezone(ZoneInfo(time_zone)).date()
        last = last_whole_week(_date(as_of) or today, today)
        week = monday_of(day) if day else last
        if week > last:
            raise DashboardsError(
                f"The week of {week} is not over; the last one is that of {last}."
            )
        report = Report(week, made_at, _date(first))
        return _filled(report, connection, time_zone) if report.comparable else report


def text_of_report(query: str, week: date, time_zone: str) -> str:
    """Read a query of the report.

    Args:
        query: Its name.
        week: The Monday of the reported week.
        time_zone: The zone whose days the tables have.

    Returns:
        The SQL, as its file has it but for week and zone.
    """
    text = (FOLDER / f"{query}.sql").read_text(encoding="utf-8").strip()
    return text.replace(FILES_WEEK, f"'{week}'").replace(FILES_ZONE, sql.quote(time_zone))


def read_cells(connection: psycopg.Connection[Any], week: date, time_zone: str) -> list[Cell]:
    """Read the parts that numbers are sums of.

    Args:
        connection: Who asks.
        week: The Monday of the reported week.
        time_zone: The zone whose days the tables have.

    Returns:
        Cells of the week and of the weeks before it.
    """
    texts = (text_of_report(query, week, time_zone) for query in CELLS)
    return [_cell(row) for text in texts for row in _rows(connection, text)]


def _filled(report: Report, connection: psycopg.Connection[Any], time_zone: str) -> Report:
    cells = read_cells(connection, report.week, time_zone)
    rates = _rates(connection, report.week, time_zone)
    weeks = _whole_weeks(report)
    values = {
        number: weekly(parts_of(number, cells), weeks)
        if number.adds_up
        else rates.get(number.name, {})
        for number in NUMBERS
    }
    return replace(
        report,
        headlines=tuple(headline(number, values[number], report.week) for number in NUMBERS),
        movements=largest(NUMBERS, cells, weeks),
        conclusions=tuple(_conclusions(connection, report.week, time_zone)),
    )


def _rates(
    connection: psycopg.Connection[Any], week: date, time_zone: str
) -> dict[str, dict[date, float]]:
    found: dict[str, dict[date, float]] = {}
    for row in _rows(connection, text_of_report(RATES, week, time_zone)):
        found.setdefault(row["number"], {})[date.fromisoformat(row["week"])] = float(row["value"])
    return found


def _whole_weeks(report: Report) -> list[date]:
    """The reported week and those before it that the community was there for, earliest first."""
    weeks = [report.week - WEEK * back for back in range(HISTORY_WEEKS, -1, -1)]
    return [week for week in weeks if report.first_date and week >= report.first_date]


def _conclusions(
    connection: psycopg.Connection[Any], week: date, time_zone: str
) -> Iterator[Conclusion]:
    concluded = list(_rows(connection, text_of_report(CONCLUDED, week, time_zone)))
    # A page has room for so many experiments only; here none may be missing.
    verdicts = text_of(experiments_page, "verdicts", time_zone).removesuffix("limit 100")
    verdict = {row["experiment"]: row["verdict"] for row in _rows(connection, verdicts)}
    effects: dict[str, list[Effect]] = {}
    for row in _rows(connection, text_of(experiments_page, "effects", time_zone)):
        effects.setdefault(row["experiment"], []).append(_effect(row))
    for row in concluded:
        name = row["experiment"]
        yield Conclusion(
            clean(name),
            date.fromisoformat(row["date"]),
            " ".join(verdict[name].split()),
            tuple(effects.get(name, ())),
        )


def _effect(row: Row) -> Effect:
    lift, low, high = row["lift"], row["lift_ci_low"], row["lift_ci_high"]
    return Effect(clean(row["metric"]), clean(row["variant"]), row["users"], lift, low, high)


def _cell(row: Row) -> Cell:
    places = {place: row[place] and clean(row[place]) for place in PLACES}
    return Cell(date.fromisoformat(row["week"]), row["number"], places, float(row["value"]))


def clean(text: str) -> str:
    """Make a text of the data one line of things that can be seen.

    Args:
        text: Any.

    Returns:
        It without controls and marks that turn what follows, shortened where it is long.
    """
    seen = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(seen.split())
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1]}…"


def _rows(connection: psycopg.Connection[Any], text: str) -> Iterator[Row]:
    answer = ask(connection, text)
    return (dict(zip(answer.columns, row, strict=True)) for row in answer.rows)


def _date(value: object) -> date | None:
    return date.fromisoformat(str(value)) if value else None
