"""Who connects as whom: a role that may not log in stops the component that is it, and no other."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import click.testing
import psycopg
import pytest

from loaders.roles import Role
from loaders.settings import Settings
from orchestration.cli import main
from orchestration.warehouse import ready_warehouse
from tests.integration.conftest import write_ndjson
from tests.orchestration.conftest import Run

EVENT = {"eventId": "e1", "eventName": "page_view", "timestamp": "2024-01-01T10:00:00Z"}
OWNERS = """
    select distinct relnamespace::regnamespace::text, pg_get_userbyid(relowner)
    from pg_class
    where relname = any(%s)
"""
NOTHING_DONE = """
    select
        not exists (select from raw.loads)
        and to_regclass('intermediate.builds') is null
"""

LockedOut = Callable[[Role], AbstractContextManager[None]]


@pytest.fixture
def warehouse(settings: Settings, database: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The test's database with roles, in the environment."""
    for name, value in (database.environment() | settings.role_environment()).items():
        monkeypatch.setenv(name, value)
    return ready_warehouse()


@pytest.fixture
def locked_out(warehouse: Settings) -> LockedOut:
    @contextmanager
    def without(role: Role) -> Iterator[None]:
        with psycopg.connect(warehouse.conninfo(), autocommit=True) as connection:
            connection.execute(f"alter role {role.login} nologin".encode())
            try:
                yield
            finally:
                connection.execute(f"alter role {role.login} login".encode())

    return without


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_ndjson(tmp_path / "events.jsonl", [EVENT])


@pytest.mark.parametrize(
    ("role", "arguments"),
    [
        (Role.LOADER, ("load", "{file}")),
        (Role.LOADER, ("replay",)),
        (Role.TRANSFORMER, ("build",)),
    ],
)
def test_a_command_is_stopped_with_its_role(
    warehouse: Settings,
    locked_out: LockedOut,
    file: Path,
    role: Role,
    arguments: tuple[str, ...],
) -> None:
    words = [one.format(file=file) for one in arguments]
    with locked_out(role):
        result = click.testing.CliRunner().invoke(main, words)
    assert result.exit_code == 1
    assert f'role "{role.login}" is not permitted to log in' in result.stderr
    with psycopg.connect(warehouse.conninfo()) as connection:
        assert connection.execute(NOTHING_DONE).fetchone() == (True,)


def test_a_job_lands_as_the_loader_and_judges_as_the_validator(
    run: Run, warehouse: Settings, locked_out: LockedOut, file: Path
) -> None:
    with locked_out(Role.TRANSFORMER), locked_out(Role.VALIDATOR):
        report = run(file)
    assert [one["status"] for one in report.files] == ["landed"]
    assert "chhimeki_validator" in "\n".join(report.failures)
    with psycopg.connect(warehouse.conninfo()) as connection:
        partitions = "select relname from pg_class where relispartition"
        names = [name for (name,) in connection.execute(partitions)]
        owners = connection.execute(OWNERS, [names]).fetchall()
    assert owners == [("raw", "chhimeki_loader")]


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("role", Role)
def test_psql_connects_as_the_role_that_is_named(
    capfd: pytest.CaptureFixture[str], role: Role
) -> None:
    arguments = ["psql", "--as", role.value, "-Atc", "select current_user"]
    assert click.testing.CliRunner().invoke(main, arguments).exit_code == 0
    assert capfd.readouterr().out.strip() == role.login
