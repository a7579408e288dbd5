"""The end of a run, as a person reads it.

What flows through: the report of a run and the warehouse in, a page on a console out.
Belongs here: what is told and how it looks. Does not belong here: running anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
from psycopg import sql
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from loaders.settings import Settings
from orchestration.loading import fate
from orchestration.running import BUILDS, Check, Report

MARTS = (
    ("marts", "events"),
    ("marts", "users"),
    ("marts", "user_sessions"),
    ("marts", "user_interactions_daily"),
    ("marts", "content_analytics"),
    ("marts", "community_analytics"),
    ("marts", "experiments"),
    ("marts", "experiment_assignments"),
    ("marts", "experiment_results"),
    ("marts", "error_logs"),
    ("marts", "performance_metrics"),
    ("metrics", "active_users_daily"),
)
SHOWN_FILES = 8

NEXT_STEPS = (
    ("chhimeki psql", "ask it something: select * from metrics.active_users_daily;"),
    ("chhimeki dashboards", "the numbers as charts, in the browser"),
    ("dagster dev", "the graph, this run and its checks, on http://127.0.0.1:3000"),
    ("chhimeki docs", "what every table, column and metric means"),
    ("README.md", "the other commands, and what to do when something is wrong"),
)


@dataclass(frozen=True)
class Contents:
    """What is in the warehouse.

    Attributes:
        rows: Number of rows by `schema.table`, for what exists.
        as_of: The latest date of any processed event.
        rejects: Number of rejected records by reason.
    """

    rows: Mapping[str, int]
    as_of: date | None
    rejects: Mapping[str, int]


def read_contents(settings: Settings, load_ids: list[int]) -> Contents:
    """Count what a summary tells.

    Args:
        settings: The warehouse.
        load_ids: Whose rejected records to count.
    """
    with psycopg.connect(settings.conninfo()) as connection:
        rows = dict(_row_counts(connection))
        as_of = None
        if rows.get("metrics.active_users_daily"):
            found = connection.execute("select max(date) from metrics.active_users_daily")
            as_of = next(iter(found))[0]
        rejects = connection.execute(
            "select reason, count(*) from raw.rejected_records where load_id = any(%s)"
            " group by reason order by count(*) desc, reason",
            [load_ids],
        )
        return Contents(rows, as_of, dict(rejects.fetchall()))


def _row_counts(connection: psycopg.Connection) -> Iterator[tuple[str, int]]:
    for schema, table in MARTS:
        name = f"{schema}.{table}"
        exists = connection.execute("select to_regclass(%s)", [name]).fetchone()
        if exists and exists[0]:
            query = sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))
            yield name, next(iter(connection.execute(query)))[0]


def show(report: Report, contents: Contents, seconds: float) -> None:
    """Print the page.

    Args:
        report: What became of the run.
        contents: What is in the warehouse now.
        seconds: How long it took.
    """
    parts: list[RenderableType] = [
        _section("Landed", _landed(report)),
        *([_section("Rejected", _counts(contents.rejects))] if contents.rejects else []),
        _section("Built", Text(_built(report))),
        _section("Checked", _checked(report)),
        *([_section("Tables", _counts(contents.rows))] if contents.rows else []),
        _section("Where to look next", _next_steps()),
    ]
    colour = "green" if report.healthy else "red"
    as_of = f" · as of {contents.as_of}" if contents.as_of else ""
    verdict = "The warehouse is built" if report.healthy else "The run failed"
    title = f"[bold {colour}]{verdict}[/]{as_of} · {seconds:.0f} s"
    console = Console()
    console.print()
    console.print(Panel(Group(*parts), title=title, border_style=colour, padding=(1, 2)))


def _section(title: str, body: RenderableType) -> RenderableType:
    return Padding(Group(Text(title, style="bold cyan"), Padding(body, (0, 0, 0, 2))), (0, 0, 1, 0))


def _landed(report: Report) -> RenderableType:
    if not report.files:
        return Text("nothing")
    table = Table.grid(padding=(0, 2))
    for file in report.files[:SHOWN_FILES]:
        table.add_row(Path(file["file_name"]).name, fate(file))
    if len(report.files) > SHOWN_FILES:
        table.add_row(f"… and {len(report.files) - SHOWN_FILES:,} more files")
    return table


def _counts(counts: Mapping[str, int]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=32)
    table.add_column(justify="right")
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    return table


def _built(report: Report) -> str:
    tests = [check for check in report.checks if check.step in BUILDS]
    if not report.built:
        return "nothing"
    passed = sum(check.passed for check in tests)
    return f"{report.built:,} models and seeds, {passed:,} of {len(tests):,} tests passed"


def _checked(report: Report) -> RenderableType:
    rules = [check for check in report.checks if check.step not in BUILDS]
    held = sum(check.passed for check in rules)
    lines = [Text(f"{held} of {len(rules)} checks hold" if rules else "nothing")]
    lines += [_complaint(check) for check in report.checks if not check.passed]
    lines += [Text(f"✗ {failure}", style="red") for failure in report.failures]
    return Group(*lines)


def _complaint(check: Check) -> Text:
    line = Text("! " if check.warns else "✗ ", style="yellow" if check.warns else "red")
    line.append(f"{check.asset} {check.name}", style="bold")
    observed = f" ({check.observed})" if check.observed else ""
    return line.append(f"{observed}  {check.why}", style="default not bold")


def _next_steps() -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for command, purpose in NEXT_STEPS:
        table.add_row(Text(command, style="bold"), purpose)
    return table
