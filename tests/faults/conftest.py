"""One server that may be killed, and a warehouse on it that has been built and has news.

Building costs seconds, so it is built once and copied for each test, and what a full refresh makes
of it is computed once as well.
"""

import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from loaders.embedded import server
from loaders.pipeline import load
from loaders.roles import Role
from loaders.settings import Settings
from orchestration.experimentation.store import analyse_touched
from orchestration.order import AFTER_ANALYSIS
from orchestration.warehouse import make_ready
from tests.dbt_in_process import DbtInProcess
from tests.integration import hostile_community
from tests.integration.conftest import file, query, write_ndjson
from tests.integration.marts import Rows, assert_same, build, every_row, query_of
from tests.servers import open_to_all, own_server_in

__all__ = ["file", "query"]

BUILT_WITH_NEWS = "built_with_news"
WITHOUT_TESTS = ("--exclude-resource-type", "test")

AssertMadeGood = Callable[[], None]


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> None:
    """Whatever is started in the background of a shell ignores it, and so do its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def fault_server() -> Iterator[Settings]:
    with open_to_all() as folder, own_server_in(folder / "home") as settings:
        yield settings


@pytest.fixture(scope="session")
def landed_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that the warehouse was built of; what it has not built yet came in another."""
    return tmp_path_factory.mktemp("landed") / "before.jsonl"


@pytest.fixture(scope="session")
def _built_with_news(fault_server: Settings, dbt: DbtInProcess, landed_before: Path) -> Settings:
    _copy("template0", BUILT_WITH_NEWS, fault_server)
    template = make_ready(replace(fault_server, database=BUILT_WITH_NEWS))
    loader = template.as_role(Role.LOADER)
    made = hostile_community.records(seed=102)
    load([str(write_ndjson(landed_before, made[:190]))], loader)
    _build_all(dbt, template.as_role(Role.TRANSFORMER))
    news = write_ndjson(landed_before.with_name("news.jsonl"), made[190:])
    load([str(news)], loader)
    return template


@pytest.fixture(scope="session")
def _refreshed(
    fault_server: Settings, dbt: DbtInProcess, _built_with_news: Settings
) -> dict[str, Rows]:
    _copy(BUILT_WITH_NEWS, "refreshed", fault_server)
    refreshed = replace(fault_server, database="refreshed")
    _build_all(dbt, make_ready(refreshed).as_role(Role.TRANSFORMER), "--full-refresh")
    return every_row(query_of(refreshed))


@pytest.fixture
def warehouse(fault_server: Settings, _built_with_news: Settings, _refreshed: object) -> Settings:
    """The warehouse of the server's own database: built, with a load that is not built yet."""
    server.up(fault_server)
    _copy(BUILT_WITH_NEWS, fault_server.database, fault_server)
    return make_ready(fault_server)


@pytest.fixture
def assert_made_good(warehouse: Settings, _refreshed: dict[str, Rows]) -> AssertMadeGood:
    """Compare every mart and metric with those of a full refresh."""

    def compare() -> None:
        for name, rows in every_row(query_of(warehouse)).items():
            assert_same(name, rows, _refreshed[name])

    return compare


def _build_all(dbt: DbtInProcess, settings: Settings, *arguments: str) -> None:
    """As `chhimeki build`, without dbt's tests, which change nothing."""
    # The one exclusion that `build` makes itself would be overridden by another.
    build(dbt, settings, *WITHOUT_TESTS, *arguments)
    analyse_touched(settings)
    build(dbt, settings, *WITHOUT_TESTS, "--select", AFTER_ANALYSIS, *arguments)


def _copy(template: str, name: str, fault_server: Settings) -> None:
    maintenance = fault_server.conninfo(server.MAINTENANCE_DATABASE)
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)".encode())
        connection.execute(f"create database {name} template {template}".encode())
        # PostgreSQL brings the copy of a sequence back as it was copied, not as it was used since,
        # when it is killed before the next checkpoint.
        connection.execute("checkpoint")
