"""Questions to the warehouse: one `.sql` file a query, asked as the analyst.

What flows through: names of queries and a connection in, answers out.
Belongs here: finding SQL, asking it, and values as JSON can hold them. Does not belong here: which
chart shows what (`pages`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from dashboards.model import Answer, Page, Value
from loaders.errors import ChhimekiError

FOLDER = Path(__file__).parent / "sql"
# The zone that the files name, so that they run in psql and are checked as they stand.
FILES_ZONE = "'UTC'"
AS_OF = "select max(date) from metrics.active_users_daily"
PLAIN = (str, int, float, bool, type(None))
SPELLED: Mapping[type, Callable[[Any], Value]] = {
    Decimal: float,
    date: date.isoformat,
    datetime: lambda moment: f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
}


class DashboardsError(ChhimekiError):
    """The dashboards cannot be made or shown."""


def text_of(page: Page, query: str, time_zone: str) -> str:
    """Read a query of a page.

    Args:
        page: Whose.
        query: Its name.
        time_zone: The zone whose days the tables have.

    Returns:
        The SQL, as its file has it but for the zone.
    """
    text = (FOLDER / page.name / f"{query}.sql").read_text(encoding="utf-8").strip()
    return text.replace(FILES_ZONE, sql.quote(time_zone))


def ask(connection: psycopg.Connection[Any], text: str) -> Answer:
    """Ask one question.

    Args:
        connection: Who asks.
        text: The SQL.

    Returns:
        Its answer.

    Raises:
        DashboardsError: A table is not there.
    """
    try:
        cursor = connection.execute(sql.SQL(text))
    except psycopg.errors.UndefinedTable as error:
        raise DashboardsError(
            "The models that the dashboards read are not built; run `chhimeki build`."
        ) from error
    columns = tuple(column.name for column in cursor.description or ())
    return Answer(text, columns, tuple(tuple(map(_plain, row)) for row in cursor))


def ask_all(connection: psycopg.Connection[Any], page: Page, time_zone: str) -> dict[str, Answer]:
    """Ask all questions of a page that are not answered by others.

    Args:
        connection: Who asks.
        page: Whose questions.
        time_zone: The zone whose days the tables have.

    Returns:
        Answers by the query's name.
    """
    own = [query for query in page.queries if query not in page.supplied]
    return {query: ask(connection, text_of(page, query, time_zone)) for query in own}


def _plain(value: object) -> Value:
    if isinstance(value, PLAIN):
        return value
    return SPELLED.get(type(value), str)(value)
