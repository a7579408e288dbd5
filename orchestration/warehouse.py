"""The warehouse as commands and assets need it: ready, described, and taken for one build.

What flows through: settings in; a server that is up, lines about it, shell exports, a lock out.
Belongs here: what more than one command or asset asks of the warehouse as a whole.
Does not belong here: starting servers (`loaders.server`), rows of marts (`summary`).
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from loaders import landing_folder, server
from loaders.schema import migrate
from loaders.settings import Settings
from orchestration.state import dagster_home

BUILD_LOCK = "chhimeki build"
TRY_LOCK = "select pg_try_advisory_lock(hashtextextended(%s, 0))"
WAIT_FOR_LOCK = "select pg_advisory_lock(hashtextextended(%s, 0))"
DESCRIBE_LOADS = """
    select
        count(*),
        coalesce(sum(events_landed), 0),
        to_char(max(landed_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
    from raw.loads
"""
DESCRIBE_BUILDS = """
    select
        to_char(builds.started_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'),
        (
            select count(*)
            from raw.loads
            where loads.landing_order > builds.landed_through
        ),
        (
            select to_char(as_of_date, 'YYYY-MM-DD')
            from intermediate.int_dates_observed
            order by build_id desc
            limit 1
        )
    from intermediate.builds
    order by builds.build_id desc
    limit 1
"""
COUNT_REJECTS = "select count(*) from raw.open_rejects"


def ready_warehouse() -> Settings:
    """Start the server where it is ours, bring schema raw up to date, make the landing folder.

    Returns:
        The settings of the warehouse.
    """
    settings = Settings.from_environment()
    landing_folder.prepare(settings.landing)
    server.up(settings)
    with psycopg.connect(settings.conninfo()) as connection:
        migrate(connection)
    return settings


def status_lines(settings: Settings) -> list[str]:
    """Describe the warehouse.

    Args:
        settings: Which one.

    Returns:
        Lines to print; none when it is down.
    """
    if not server.is_up(settings):
        return []
    lines = [f"up on {settings.host}:{settings.port}, database {settings.database}"]
    with psycopg.connect(settings.conninfo()) as connection:
        if _is_there(connection, "raw.open_rejects"):
            lines += _about_loads(connection)
        if _is_there(connection, "intermediate.int_dates_observed"):
            lines += _about_builds(connection)
    waiting = len(landing_folder.waiting(settings.landing))
    return [*lines, f"{waiting:,} files wait in {settings.landing}"] if waiting else lines


def _is_there(connection: psycopg.Connection, relation: str) -> bool:
    found = connection.execute("select to_regclass(%s) is not null", [relation])
    return bool(next(iter(found))[0])


def _about_loads(connection: psycopg.Connection) -> Iterator[str]:
    loads, events, last = next(iter(connection.execute(DESCRIBE_LOADS)))
    yield f"{events:,} events landed in {loads:,} loads"
    if last:
        yield f"last load at {last} UTC"
    if rejects := next(iter(connection.execute(COUNT_REJECTS)))[0]:
        yield f"{rejects:,} records stand rejected; `chhimeki rejects` lists them"


def _about_builds(connection: psycopg.Connection) -> Iterator[str]:
    for at, unseen, as_of in connection.execute(DESCRIBE_BUILDS):
        yield f"last build began at {at} UTC" + (f", events up to {as_of}" if as_of else "")
        if unseen:
            yield f"{unseen:,} loads have landed since; `chhimeki build` builds them"


def exports(settings: Settings) -> list[str]:
    """Spell the warehouse as shell commands.

    Args:
        settings: Which one.

    Returns:
        One `export` a line.
    """
    variables = settings.environment() | {"DAGSTER_HOME": str(dagster_home(settings))}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    programs = shlex.quote(str(server.binaries()))
    return [*lines, f'export PATH={programs}:"$PATH"'] if settings.embedded else lines


@contextmanager
def only_build(settings: Settings, on_wait: Callable[[], None]) -> Iterator[int]:
    """Take the warehouse for one build; a second one waits, on whatever machine it is.

    Args:
        settings: The warehouse.
        on_wait: Called once when another build is running.

    Yields:
        The file descriptor of the connection that holds the lock, while no other build runs. A
        child process that has it holds the lock on where this process is killed.
    """
    with psycopg.connect(settings.conninfo(), autocommit=True) as connection:
        if not next(iter(connection.execute(TRY_LOCK, [BUILD_LOCK])))[0]:
            on_wait()
            connection.execute(WAIT_FOR_LOCK, [BUILD_LOCK])
        yield connection.fileno()
