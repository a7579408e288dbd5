"""`chhimeki privacy export` and `erase`, and Dagster's job: what a person types and is told."""

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from loaders.settings import Settings
from orchestration.cli import main
from orchestration.defs.jobs import privacy
from orchestration.defs.resources import Warehouse
from orchestration.warehouse import BUILD_LOCK, WAIT_FOR_LOCK
from privacy.people import receipts
from tests.integration.conftest import Land, Query
from tests.privacy.people import ERIKA, event, user

WAITING = (
    "select from pg_stat_activity where wait_event = 'advisory' and datname = current_database()"
)


@pytest.fixture(autouse=True)
def _warehouse(database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CHHIMEKI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CHHIMEKI_LANDING", str(tmp_path / "home" / "landing"))


@pytest.fixture
def _erika(land: Land) -> None:
    land([user(ERIKA, "erika_m"), event("e", "page_view", ERIKA)])


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["privacy", *arguments])


@pytest.mark.usefixtures("_erika")
def test_an_export_an_erasure_and_whoever_asks_again(tmp_path: Path) -> None:
    archive = str(tmp_path / "erika.zip")

    exported = run("export", ERIKA, "--out", archive)
    erased = run("erase", ERIKA)
    again = run("erase", ERIKA)
    gone = run("export", ERIKA, "--out", archive)

    assert exported.exit_code == erased.exit_code == 0, exported.output + erased.output
    assert exported.stdout == f"2 rows of 2 tables in {archive}\n"
    assert erased.stdout == (
        "erased: 1 in raw.events, 1 in raw.entities; the receipt is in privacy.receipts\n"
    )
    for refused in (again, gone):
        assert refused.exit_code == 1
        assert refused.stderr.startswith("chhimeki: This person was erased on 20")
        assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("who", ["nobody", "%", "a'b\"c", "two words", ""])
def test_who_is_unknown_is_one_line(tmp_path: Path, who: str) -> None:
    for command in (["export", who, "--out", str(tmp_path / "x.zip")], ["erase", who]):
        refused = run(*command)
        assert refused.exit_code == 1
        assert refused.stderr.startswith(f"chhimeki: Nothing is held on a user {who!r};")
        assert refused.stderr.count("\n") == 1


def test_an_export_asks_for_its_file() -> None:
    assert run("export", ERIKA).exit_code == 2


@pytest.mark.usefixtures("_erika")
def test_an_erasure_waits_for_a_build(database: Settings, query: Query) -> None:
    command = [sys.executable, "-m", "orchestration.cli", "privacy", "erase", ERIKA]
    with psycopg.connect(database.conninfo(), autocommit=True) as building:
        building.execute(WAIT_FOR_LOCK, [BUILD_LOCK])
        erasing = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        while not query(WAITING) and erasing.poll() is None:
            time.sleep(0.05)
        assert query("select from raw.events")
    _, said = erasing.communicate()

    assert erasing.returncode == 0, said
    assert said == "A build is running; waiting for it.\n"
    assert not query("select from raw.events")


@pytest.mark.usefixtures("_erika")
def test_the_job_completes_what_was_begun(database: Settings, query: Query) -> None:
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        receipts.prepare(connection)
        receipts.request(connection, ERIKA)

    assert privacy.execute_in_process(resources={"warehouse": Warehouse()}).success

    assert len(query("select from privacy.receipts")) == 1
    assert not query("select from raw.events")
