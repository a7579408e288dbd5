"""Resources: the warehouse itself, and dbt on it.

What flows through: the environment of the process in, a ready warehouse and dbt invocations out.
Belongs here: what several assets share. Does not belong here: any asset.
"""

import os
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from dagster import AssetExecutionContext, ConfigurableResource, InitResourceContext
from dagster_dbt import DbtCliResource
from dbt.adapters.base.impl import BaseAdapter
from packaging.version import Version

from loaders.settings import PROJECT_ROOT, Settings
from orchestration.children import ending_with_us
from orchestration.instance.marks import mark_living
from orchestration.manifest import BUILD, DBT
from orchestration.state import dbt_environment, dbt_folder, environment
from orchestration.warehouse import only_build, ready_warehouse


class Warehouse(ConfigurableResource[Any]):
    """The PostgreSQL that everything works on, named by the environment."""

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Mark the run as living."""
        if context.run_id:
            mark_living(Settings.from_environment().home, context.run_id)

    def ready(self) -> Settings:
        """See to it that the server is up and schema raw is the current one.

        Returns:
            The settings of the warehouse.
        """
        return ready_warehouse()


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
            One result an asset and a check.
        """
        arguments = [*BUILD, "--full-refresh"] if full_refresh else list(BUILD)
        with only_build(settings, lambda: context.log.info("Another build is running; waiting.")):
            with environment(dbt_environment(settings)):
                # The one target path spares a folder a run, and dbt finds its parsed state in it.
                invocation = self.cli(arguments, context=context, target_path=dbt_folder(settings))
            with ending_with_us(invocation.process.pid):
                yield from invocation.stream()


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
