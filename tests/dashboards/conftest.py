"""One warehouse of a simulated community, hostile texts among its events, for all dashboards.

It is built as roles build it; the site is made from it once, and served to a real browser.
"""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from dashboards.model import Answer
from dashboards.pages import PAGES
from dashboards.queries import ask_all
from loaders.pipeline import load
from loaders.roles import Role
from loaders.settings import Settings
from loaders.simulation import SimulationPlan, write
from orchestration.dashboard_site import make_site
from orchestration.quality_answers import quality_answers
from orchestration.serving import address_of, server_of
from privacy import roles
from tests.conftest import MadeDatabase
from tests.dashboards.browser import Browser, started
from tests.dashboards.hostile_readers import write_hostile
from tests.dbt_in_process import DbtInProcess
from tests.oracle import expected_marts

# Not a whole number of weeks, so that the last one is not over.
PLAN = SimulationPlan(users=60, days=31)
NAME = "dashboards"
UNASKED = "path:dbt_project/models/events"
PROGRAMS = ("chromium", "chromedriver")

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class World:
    """A warehouse and what is known of it.

    Attributes:
        settings: where it is; everything connects as its role.
        files: what has landed, in this order.
        marts: rows of marts and metrics by name, as the oracle reads the files.
    """

    settings: Settings
    files: list[Path]
    marts: dict[str, Rows]

    @property
    def as_of(self) -> date:
        """The latest date with an event."""
        latest: date = max(row["date"] for row in self.marts["active_users_daily"])
        return latest

    def ask(self, text: str) -> Rows:
        """Rows of a query, asked by the owner."""
        with psycopg.connect(self.settings.conninfo(), row_factory=dict_row) as connection:
            return connection.execute(text.encode()).fetchall()


@pytest.fixture(scope="session")
def world(
    made_database: MadeDatabase, dbt: DbtInProcess, tmp_path_factory: pytest.TempPathFactory
) -> World:
    made = roles.bring_up_to_date(made_database(NAME))
    folder = tmp_path_factory.mktemp("community")
    files = [*write(PLAN, folder), write_hostile(PLAN, folder)]
    load([str(file) for file in files], made.as_role(Role.LOADER))
    dbt.build_tables(made, UNASKED)
    return World(made, files, expected_marts(files))


@pytest.fixture(scope="session")
def answers(world: World) -> dict[str, dict[str, Answer]]:
    """All answers by page and query, asked as the site asks."""
    analyst = world.settings.as_role(Role.ANALYST)
    with psycopg.connect(analyst.conninfo()) as connection:
        asked = {page.name: ask_all(connection, page, "UTC") for page in PAGES}
    supplied = quality_answers(world.settings, "UTC")
    return asked | {"data_quality": asked["data_quality"] | dict(supplied)}


@pytest.fixture(scope="session")
def site(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site."""
    return make_site(world.settings, tmp_path_factory.mktemp("site") / "dashboards").parent


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    with server_of(site, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield address_of(server)
        server.shutdown()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A real Chromium without a window, in a time zone west of the warehouse's."""
    if missing := [name for name in PROGRAMS if not shutil.which(name)]:
        pytest.skip(f"{' and '.join(missing)} not installed (Debian: chromium, chromium-driver)")
    with started(tmp_path_factory.mktemp("profile"), tmp_path_factory.mktemp("got")) as browser:
        yield browser
