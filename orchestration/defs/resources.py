"""Resources: the warehouse itself, and dbt on it.

What flows through: the environment of the process in, a ready warehouse and dbt invocations out.
Belongs here: what several assets share. Does not belong here: any asset.
"""

import atexit
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.metadata import version
from typing import Any, TypeVar

import psycopg
from dagster import (
    AssetExecutionContext,
    AssetKey,
    ConfigurableResource,
    InitResourceContext,
    Output,
)
from dagster_dbt import DbtCliInvocation, DbtCliResource
from dbt.adapters.base.impl import BaseAdapter
from packaging.version import Version

from loaders.settings import PROJECT_ROOT, Settings
from orchestration.instance.marks import mark_living
from orchestration.manifest import BUILD, DBT
from orchestration.relations import column_schema, row_count
from orchestration.state import dbt_environment, dbt_folder, environment, standard_input
from orchestration.warehouse import only_build, ready_warehouse

# For dbt to cancel what it has running; told twice, as by Ctrl-C, it may wait for it instead.
STOP_SECONDS = 5

Result = TypeVar("Result")


class Warehouse(ConfigurableResource[Any]):
    """The PostgreSQL that everything works on, named by the environment."""

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Mark the run as living."""
        if context.run:
            mark_living(Settings.from_environment().home, context.run.run_id)

    def ready(self) -> Settings:
        """See to it that the server is up and schema raw is the current one.

        Returns:
            The settings of the warehouse.
        """
        return ready_warehouse()

    def described(self, key: AssetKey) -> dict[str, Any]:
        """Describe a table that no dbt model makes.

        Args:
            key: Its schema and name.

        Returns:
            Metadata: its columns, and how many rows it has.
        """
        schema, table = key.path
        with psycopg.connect(Settings.from_environment().conninfo()) as connection:
            return column_schema(connection, schema, table) | row_count(connection, schema, table)


class Dbt(DbtCliResource):
    """dbt in a child process, one build at a time, with its files below the home."""

    @property
    def _cli_version(self) -> Version:
        # The original runs `dbt --version`, which asks a package registry over the network.
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> BaseAdapter | None:  # type: ignore[override]  # noqa: ARG002
        # A handle for reading column types back after each model, which nobody asks for here; it
        # costs as much as starting dbt once more.
        return None

    def build(
        self, context: AssetExecutionContext, settings: Settings, *, full_refresh: bool
    ) -> Iterator[Any]:
        """Build the models that the run selected.

        Args:
            context: The run.
            settings: The warehouse, ready.
            full_refresh: Whether incremental models start anew.

        Yields:
            One result an asset and a check; that of a table says how many rows it has.
        """
        arguments = [*BUILD, "--full-refresh"] if full_refresh else list(BUILD)

        def on_wait() -> None:
            context.log.info("Another build is running; waiting.")

        with only_build(settings, on_wait) as lock:
            # dbt reads nothing from it, and outlives this process where that is killed: then it
            # holds the lock until it has ended itself.
            with standard_input(lock), environment(dbt_environment(settings)):
                # The one target path spares a folder a run, and dbt finds its parsed state in it.
                invocation = self.cli(arguments, context=context, target_path=dbt_folder(settings))
            with psycopg.connect(settings.conninfo(), autocommit=True) as connection:
                for result in _ended_with_the_run(invocation):
                    yield _counted(result, context, connection)


def _counted(
    result: Result, context: AssetExecutionContext, connection: psycopg.Connection
) -> Result | Output[Any]:
    if not isinstance(result, Output):
        return result
    schema, table = context.asset_key_for_output(result.output_name).path
    return result.with_metadata({**result.metadata, **row_count(connection, schema, table)})


def _ended_with_the_run(invocation: DbtCliInvocation) -> Iterator[Any]:
    """Give what dbt tells, and end it where the run ends before it."""
    invocation.termination_timeout_seconds = STOP_SECONDS
    end = partial(_end, invocation.process)
    # A signal that comes between two results is raised where they are read, and nothing comes back.
    atexit.register(end)
    try:
        yield from invocation.stream()
    finally:
        end()
        atexit.unregister(end)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def resources() -> dict[str, ConfigurableResource[Any]]:
    """Make the resources of the definitions.

    Returns:
        Resources by the name that assets ask for.
    """
    root = os.fspath(PROJECT_ROOT)
    return {
        "warehouse": Warehouse(),
        "dbt": Dbt(project_dir=root, profiles_dir=root, dbt_executable=DBT),
    }
