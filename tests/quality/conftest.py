"""A small warehouse in which every rule holds, built once, and copies of it to be corrupted."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import psycopg
import psycopg2.extensions  # type: ignore[import-untyped]
import pytest
import sqlalchemy

from loaders.pipeline import load
from loaders.settings import Settings
from loaders.simulation import write
from loaders.simulation.plan import SimulationPlan
from tests.conftest import MadeDatabase
from tests.dbt_in_process import DbtInProcess

GOOD = "quality_good"
# As many records landed on each of ten days before as in the files that were loaded just now.
HISTORY = """
    insert into raw.loads (
        content_sha256, file_name, file_bytes, records_read, events_landed, landed_at
    )
    select
        sha256(days_ago::text::bytea), 'history', 1, landed.records, landed.records,
        now() - make_interval(days => days_ago)
    from generate_series(2, 11) as days (days_ago)
    cross join (select sum(events_landed + entities_landed) as records from raw.loads) as landed
"""

Corrupt = Callable[[str], Settings]


@pytest.fixture(scope="session")
def good(
    made_database: MadeDatabase, dbt: DbtInProcess, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Forty-five dates of sixty people, up to yesterday, landed and built."""
    made = made_database(GOOD).as_one_user()
    plan = SimulationPlan(
        users=60, days=45, start=datetime.now(UTC).date() - timedelta(days=45), dirt_share=0.01
    )
    files = write(plan, tmp_path_factory.mktemp("community"))
    load([str(file) for file in files], made)
    dbt.build_tables(made)
    execute(made, HISTORY)
    return made


class Held(psycopg2.extensions.connection):  # type: ignore[misc]
    """A connection whose transaction nobody ends but the test that opened it."""

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def close(self) -> None: ...

    def let_go(self) -> None:
        super().rollback()
        super().close()


@pytest.fixture
def corrupt(good: Settings) -> Iterator[Corrupt]:
    """Corrupt the warehouse in a transaction in which Great Expectations then looks at it."""
    held: Held = psycopg2.connect(good.conninfo(), connection_factory=Held)

    def connect(*_: object) -> Held:
        return held

    def corrupted(statement: str) -> Settings:
        with held.cursor() as cursor:
            cursor.execute(statement)
        return good

    # A copy of the database for each of some eighty corruptions would take minutes.
    sqlalchemy.event.listen(sqlalchemy.Engine, "do_connect", connect)
    yield corrupted
    sqlalchemy.event.remove(sqlalchemy.Engine, "do_connect", connect)
    held.let_go()


_numbers = count(1)


@pytest.fixture
def copy(good: Settings) -> Iterator[Settings]:
    """A copy of the warehouse, for processes and runs that open connections of their own."""
    made = dataclasses.replace(good, database=f"quality_{next(_numbers)}")
    execute(good, f"create database {made.database} template {GOOD}", database="postgres")
    yield made
    execute(good, f"drop database {made.database} with (force)", database="postgres")


def execute(settings: Settings, statement: str, database: str | None = None) -> None:
    """Run one statement, or several that stand together, outside of a transaction."""
    with psycopg.connect(settings.conninfo(database), autocommit=True) as connection:
        connection.execute(statement.encode())
