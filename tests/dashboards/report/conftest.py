"""One warehouse of the planted community, built as roles build it, for all tests of the report."""

import psycopg
import pytest

from dashboards.report.model import Report
from dashboards.report.reading import read_report
from loaders.pipeline import load
from loaders.roles import Role
from loaders.settings import Settings
from privacy import roles
from tests.conftest import MadeDatabase
from tests.dashboards.conftest import UNASKED
from tests.dashboards.report.counting import Counting
from tests.dashboards.report.planted import records, write_planted
from tests.dbt_in_process import DbtInProcess

NAME = "weekly_report"


@pytest.fixture(scope="session")
def planted(
    made_database: MadeDatabase, dbt: DbtInProcess, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """The warehouse; everything connects as its role."""
    made = roles.bring_up_to_date(made_database(NAME))
    load([str(write_planted(tmp_path_factory.mktemp("planted")))], made.as_role(Role.LOADER))
    dbt.build_tables(made, UNASKED)
    return made


@pytest.fixture(scope="session")
def report(planted: Settings) -> Report:
    """The report of the last week."""
    return read_report(planted, "UTC")


@pytest.fixture(scope="session")
def counting() -> Counting:
    """The same, counted from the records."""
    return Counting(list(records()))


@pytest.fixture
def empty(database: Settings) -> Settings:
    """A database in which nothing has happened, and nothing but its dates is asked."""
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        connection.execute("create schema metrics")
        connection.execute("create table metrics.active_users_daily (date date)")
    return database
