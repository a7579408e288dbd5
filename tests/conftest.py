"""What every test folder may use: one server, a fresh database each, dbt in process.

The whole session shares one embedded server of its own, in a temporary home and on a free port,
so that a test run neither sees nor disturbs the server a person works with. A test that asks for
`database` gets a database of its own, cloned from a template in which schema raw exists. Here
belong fixtures that more than one folder needs; what only one needs stays in that folder.
"""

import dataclasses
import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from loaders.landing.schema import migrate
from loaders.settings import Settings
from privacy import audit
from tests.dbt_in_process import DbtInProcess
from tests.servers import open_to_all, own_server_in

# `make test-deep` sets it: the same tests, over far more generated examples and seeds.
DEEP = os.environ.get("TEST_DEPTH") == "deep"
TEMPLATE_DATABASE = "template_raw"
# Folders whose tests share a warehouse that only one process has to build.
SHARING = ("tests/dashboards/report/", "tests/dashboards/", "tests/quality/", "tests/semantic/")
MadeDatabase = Callable[[str], Settings]

hypothesis.settings.register_profile("quick", max_examples=50, deadline=None)
hypothesis.settings.register_profile("deep", max_examples=2000, deadline=None)
hypothesis.settings.load_profile("deep" if DEEP else "quick")


class ByWarehouse(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a process what shares a warehouse at once: the tests of a folder, else of a file."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((one for one in SHARING if file.startswith(one)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByWarehouse:
    """Name what shares tests among processes."""
    return ByWarehouse(config, log)


@pytest.fixture(scope="session", autouse=True)
def _own_environment() -> Iterator[None]:
    """Hide the caller's server and home from the tests and from the processes they start."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("PG", "CHHIMEKI_", "DBT_", "DAGSTER_")):
                patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """The session's state folder.

    Not below pytest's own temporary folder: that is closed to other users, and a server started
    by root runs as another user.
    """
    with open_to_all() as folder:
        yield folder / "home"


@pytest.fixture(scope="session")
def settings(home: Path) -> Iterator[Settings]:
    """Settings of the session's server, which is up.

    It need not survive a loss of power, as tests that break a server do so to one of their own.
    """
    with own_server_in(home) as settings:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            _execute(settings, sql.SQL("alter system set {} = off").format(sql.Identifier(name)))
        _execute(settings, sql.SQL("select pg_reload_conf()").format())
        yield settings


@pytest.fixture(scope="session")
def _template(settings: Settings) -> str:
    """Name of a database as `chhimeki up` makes it, but for roles; nothing has landed."""
    _execute(settings, sql.SQL("create database {}").format(sql.Identifier(TEMPLATE_DATABASE)))
    template = dataclasses.replace(settings, database=TEMPLATE_DATABASE)
    with psycopg.connect(template.conninfo(), autocommit=True) as connection:
        migrate(connection)
        audit.prepare(connection)
    return TEMPLATE_DATABASE


@pytest.fixture(scope="session")
def made_database(settings: Settings, _template: str) -> MadeDatabase:
    """Make a database with an empty schema raw that stays until the session's server goes."""

    def made(name: str) -> Settings:
        names = map(sql.Identifier, (name, _template))
        _execute(settings, sql.SQL("create database {} template {}").format(*names))
        return dataclasses.replace(settings, database=name)

    return made


_numbers = count(1)


@pytest.fixture
def database(settings: Settings, made_database: MadeDatabase) -> Iterator[Settings]:
    """Settings of a fresh database with an empty schema raw, dropped after the test.

    All connect as its owner; a test of roles makes them.
    """
    name = f"test_{next(_numbers)}"
    yield made_database(name).as_one_user()
    # A test that failed may have left a connection open.
    _execute(settings, sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> DbtInProcess:
    """Run dbt on any database of the session's server; the project is parsed once."""
    return DbtInProcess(tmp_path_factory.mktemp("dbt"))


def _execute(settings: Settings, statement: sql.Composed) -> None:
    with psycopg.connect(settings.conninfo(), autocommit=True) as connection:
        connection.execute(statement)
