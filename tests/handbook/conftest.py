"""One warehouse of a simulated community for all of the handbook, built as roles build it.

It lands in two parts, the second of them with events of dates that the first had: what a reader saw
between the two is kept.
"""

from dataclasses import dataclass
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row

from benchmarks.handbook import pitfalls
from loaders.pipeline import load
from loaders.roles import Role
from loaders.settings import Settings
from loaders.simulation import SimulationPlan, write
from privacy import roles
from tests.conftest import MadeDatabase
from tests.dbt_in_process import WITHOUT_TESTS, DbtInProcess
from tests.handbook.answers import Community
from tests.handbook.answers.community import Rows

# Its last week is not over, and in it some withdraw their consent.
PLAN = SimulationPlan(users=120, days=40)
NAME = "handbook"
# Where the analysts are, and their clients with them: no answer may depend on it.
THEIR_ZONE = "Asia/Kathmandu"
LATE = "Late events change the past"
UNASKED = "path:dbt_project/models/events"


@dataclass(frozen=True)
class Analyst:
    """Somebody who asks."""

    settings: Settings

    def ask(self, query: str) -> Rows:
        """Rows of the answer, in its order, with UUIDs as text."""
        conninfo = self.settings.as_role(Role.ANALYST).conninfo()
        with psycopg.connect(conninfo, row_factory=dict_row) as connection:
            connection.execute(f"set time zone '{THEIR_ZONE}'".encode())
            rows = connection.execute(query.encode()).fetchall()
        return [
            {name: str(one) if isinstance(one, UUID) else one for name, one in row.items()}
            for row in rows
        ]


@dataclass(frozen=True)
class World:
    """A warehouse and what is known of it.

    Attributes:
        analyst: who asks it.
        community: what landed, read without SQL.
        seen: answers to the queries of pitfalls, as they were when most had landed.
    """

    analyst: Analyst
    community: Community
    seen: dict[str, Rows]


@pytest.fixture(scope="module")
def world(
    made_database: MadeDatabase, dbt: DbtInProcess, tmp_path_factory: pytest.TempPathFactory
) -> World:
    made = roles.bring_up_to_date(made_database(NAME))
    files = write(PLAN, tmp_path_factory.mktemp("community"))

    load([str(file) for file in files[:-1]], made.as_role(Role.LOADER))
    views_of_dates = ("--select", "+content_daily")
    dbt.build(made.as_role(Role.TRANSFORMER), *WITHOUT_TESTS, *views_of_dates)
    (late,) = (one for one in pitfalls() if one.title == LATE)
    seen = {query: Analyst(made).ask(query) for query in late.queries}

    load([str(files[-1])], made.as_role(Role.LOADER))
    dbt.build_tables(made, UNASKED)
    return World(Analyst(made), Community.of(files), seen)
