"""Warehouses with a history: landed and built, and ready for the next date's events.

What flows through: a size in; a database with so much history in it, on which batches land.
Belongs here: what a history is. Does not belong here: what is measured on one.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import psycopg

from benchmarks import dbt_builds
from benchmarks.bulk import BulkPlan, Snapshots, write
from benchmarks.databases import fresh_database
from benchmarks.measuring import Request
from benchmarks.processes import BIN, run
from loaders.settings import Settings
from privacy import audit, roles

LAST_DAY = date(2025, 6, 30)


@dataclass
class History:
    """One history and what was measured on it.

    Attributes:
        name: How long it is.
        plan: Its events.
        database: Where it is landed and built.
        batches: How many batches have been built on it.
        models: A series each, by model.
    """

    name: str
    plan: BulkPlan
    server: Settings
    database: Settings
    folder: Path
    batches: int = 0
    models: dict[str, list[float]] = field(default_factory=dict)

    def land(self, plan: BulkPlan) -> None:
        """Land what a plan says."""
        path = self.folder / "builds.jsonl"
        write(plan, [path])
        run([BIN / "chhimeki", "load", path], self.database.environment())
        path.unlink()

    def build_batch(self, *arguments: str) -> Mapping[str, float]:
        """Land and build the next date; only the build is measured.

        Args:
            arguments: More of dbt's, such as `--exclude` and what.
        """
        self.batches += 1
        self.land(_batch(self.plan, self.batches))
        build = dbt_builds.build(self.server, self.database, arguments)
        for model, seconds in build.models.items():
            self.models.setdefault(model, []).append(seconds)
        return build.figures


def _batch(plan: BulkPlan, number: int) -> BulkPlan:
    """The delivery some dates after a history's last: the same bytes for every history."""
    return BulkPlan(
        events=plan.events_per_day,
        events_per_day=plan.events_per_day,
        last_day=plan.last_day + timedelta(days=number),
        snapshots=Snapshots.CHANGES,
    )


def made(
    request: Request,
    events: int,
    events_per_day: int,
    stack: ExitStack,
    *,
    with_roles: bool = False,
) -> History:
    """Land a history and build it for the first time.

    Args:
        request: Which server, and where files may lie.
        events: How many.
        events_per_day: Of each date, and of each batch that comes after.
        stack: Drops the database when it closes.
        with_roles: Whether each component works as its own role, where the server knows roles.

    Returns:
        The history, one batch older than its first build.
    """
    database = stack.enter_context(fresh_database(request.server, f"history_{events}"))
    if with_roles:
        passwords = request.server.role_passwords
        with psycopg.connect(database.conninfo()) as connection:
            audit.prepare(connection)
        database = roles.bring_up_to_date(replace(database, role_passwords=passwords))
    plan = BulkPlan(events=events, events_per_day=events_per_day, last_day=LAST_DAY)
    history = History(f"{events:,} events", plan, request.server, database, request.folder)
    history.land(plan)
    dbt_builds.build(request.server, database)
    # The first batch finds a warehouse that was built at once, and warms what the next ones use.
    history.build_batch()
    history.models.clear()
    return history
