"""Law 1 on the second server: PostgreSQL 15 as Debian packages it, the oldest that is supported.

The server listens on a socket in a folder of its own and nowhere else; it ends with the test.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from loaders.embedded.server_account import Account
from loaders.landing.schema import migrate
from loaders.pipeline import load
from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess
from tests.integration import hostile_community
from tests.integration.conftest import write_ndjson
from tests.integration.marts import (
    assert_equals_oracle,
    assert_full_refresh_changes_nothing,
    build,
    query_of,
)

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture
def database_of_15() -> Iterator[Settings]:
    folder = Path(tempfile.mkdtemp(prefix="chhimeki-15-"))
    data, account = folder / "data", Account.for_data(folder / "data")
    folder.chmod(0o700)
    account.own(folder)

    def run(program: str, *arguments: str) -> None:
        with (folder.parent / f"{folder.name}.log").open("wb") as log:
            finished = account.run([PROGRAMS / program, f"--pgdata={data}", *arguments], log)
        assert finished.returncode == 0, Path(log.name).read_text()
        Path(log.name).unlink()

    run("initdb", "--username=chhimeki", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
    options = f"-c listen_addresses='' -c fsync=off -c unix_socket_directories={folder}"
    run("pg_ctl", "start", "--wait", f"--log={folder / 'log'}", f"--options={options}")
    try:
        yield Settings.from_environment(
            {
                "CHHIMEKI_HOME": str(folder / "home"),
                "PGHOST": str(folder),
                "PGUSER": "chhimeki",
                "PGDATABASE": "postgres",
            }
        )
    finally:
        run("pg_ctl", "stop", "--wait", "--mode=immediate")
        shutil.rmtree(folder)


@pytest.mark.skipif(
    not (PROGRAMS / "pg_ctl").exists(),
    reason=f"needs Debian's PostgreSQL 15 in {PROGRAMS} (apt install postgresql-15)",
)
def test_builds_on_postgresql_15_equal_a_full_refresh_and_the_oracle(
    database_of_15: Settings, dbt: DbtInProcess, tmp_path: Path
) -> None:
    with psycopg.connect(database_of_15.conninfo()) as connection:
        migrate(connection)
        assert connection.info.server_version // 10_000 == 15
    query = query_of(database_of_15)
    made = hostile_community.records(seed=15)
    files = []
    for number, batch in enumerate(hostile_community.batches(15, made, most=2)):
        files.append(write_ndjson(tmp_path / f"{number}.jsonl", batch))
        load([str(files[-1])], database_of_15)
        build(dbt, database_of_15, "--exclude-resource-type", "test")

    assert_equals_oracle(query, files)
    assert_full_refresh_changes_nothing(dbt, database_of_15, query)
