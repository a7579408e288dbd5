"""The warehouse as commands and assets need it: ready, named, and taken for one build.

What flows through: settings in; a server that is up, shell exports, a lock out.
Belongs here: what more than one command or asset asks of the warehouse as a whole.
Does not belong here: starting servers (`loaders.embedded`), what is in it (`status`, `summary`).
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from loaders import landing_folder
from loaders.embedded import server
from loaders.landing.schema import migrate
from loaders.settings import Settings
from orchestration.state import dagster_home
from privacy import audit, roles

BUILD_LOCK = "chhimeki build"
TRY_LOCK = "select pg_try_advisory_lock(hashtextextended(%s, 0))"
WAIT_FOR_LOCK = "select pg_advisory_lock(hashtextextended(%s, 0))"


def ready_warehouse() -> Settings:
    """Make the warehouse of the environment ready, and its landing folder.

    Returns:
        The settings of the warehouse: a component connects by their `as_role`.
    """
    settings = Settings.from_environment()
    landing_folder.prepare(settings.landing)
    return make_ready(settings)


def make_ready(settings: Settings) -> Settings:
    """Start the server where it is ours, bring our schemas and the roles up to date.

    Args:
        settings: Which warehouse.

    Returns:
        The settings to go on with: a component connects by their `as_role`.
    """
    server.up(settings)
    with psycopg.connect(settings.conninfo()) as connection:
        migrate(connection)
        audit.prepare(connection)
    # Last: rights are granted on what is there by then.
    return roles.bring_up_to_date(settings)


def is_there(connection: psycopg.Connection, relation: str) -> bool:
    """Say whether a relation exists.

    Args:
        connection: To the warehouse.
        relation: `schema.name`.
    """
    found = connection.execute("select to_regclass(%s) is not null", [relation])
    return bool(next(iter(found))[0])


def exports(settings: Settings) -> list[str]:
    """Spell the warehouse as shell commands.

    Args:
        settings: Which one.

    Returns:
        One `export` a line.
    """
    variables = settings.environment() | settings.role_environment()
    variables |= {"DAGSTER_HOME": str(dagster_home(settings))}
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
