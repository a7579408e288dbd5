"""What the dashboard of data quality shows and analysts may not ask for.

What flows through: the warehouse in, answers out: how fresh it is, what stands rejected, which
checks fail, as `chhimeki status` finds them.
Belongs here: asking as the owner. Does not belong here: what is told of it (`dashboards.pages`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg

from dashboards.model import Answer
from dashboards.pages.data_quality import page
from dashboards.queries import ask, text_of
from loaders.settings import Settings
from orchestration.alerts.checks import EXECUTIONS, FAILING_CHECKS, failing_checks
from orchestration.warehouse import is_there

JUDGED = {"checks": ("layer", "hold", "fail")}
"""Columns of what is asked of Dagster's storage, which a warehouse without a run has not."""

FAILING = ("severity", "asset", "check", "observed", "why", "failing_since")


def quality_answers(settings: Settings, time_zone: str) -> Mapping[str, Answer]:
    """Ask as the owner.

    Args:
        settings: The warehouse, up.
        time_zone: The zone whose days the tables have.

    Returns:
        Answers by query of the page.
    """
    with psycopg.connect(settings.conninfo()) as connection:
        connection.read_only = True
        judged = is_there(connection, EXECUTIONS)
        asked = {
            query: ask(connection, text_of(page, query, time_zone))
            for query in page.supplied - {"failing"}
            if judged or query not in JUDGED
        }
        unjudged = {
            query: Answer(text_of(page, query, time_zone), columns, ())
            for query, columns in JUDGED.items()
        }
        return unjudged | asked | {"failing": _failing(connection, judged)}


def _failing(connection: psycopg.Connection[Any], judged: bool) -> Answer:
    rows = (
        (
            check.severity.value,
            check.asset,
            check.name,
            check.observed,
            check.why,
            f"{check.since:%Y-%m-%d %H:%M} UTC",
        )
        for check in (failing_checks(connection) if judged else ())
    )
    return Answer(FAILING_CHECKS.strip(), FAILING, tuple(rows))
