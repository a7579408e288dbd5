"""Assets of dbt: every model and seed, their tests as checks.

What flows through: the manifest in, two sets of assets out: what is built from the loader's assets,
and what is built from the analysis of experiments, which reads the former.
Belongs here: how a dbt node looks in Dagster. Does not belong here: SQL, when what is built.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from dagster import AssetExecutionContext, AssetSpec, Config
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtProject,
    dbt_assets,
)
from pydantic import Field

from loaders.settings import Settings
from orchestration.backfilling import BackfillError, Dates, request_backfill
from orchestration.defs.policies import FRESH, OWNER, POOL
from orchestration.defs.resources import Dbt, Warehouse
from orchestration.manifest import fresh_manifest
from orchestration.order import AFTER_ANALYSIS
from orchestration.retrying import retried

MANIFEST = fresh_manifest(Settings.from_environment())
PUBLISHED = ("marts", "metrics")


class Layers(DagsterDbtTranslator):
    """Groups nodes by layer, which is their schema; gives each an owner, and readers' freshness."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Name the layer of a node.

        Args:
            dbt_resource_props: The node in the manifest.
        """
        if dbt_resource_props["resource_type"] == "source":
            return str(dbt_resource_props["source_name"])
        return str(dbt_resource_props["config"]["schema"])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """Name the owners of a node: its dbt group's, else the warehouse's.

        Args:
            dbt_resource_props: The node in the manifest.
        """
        return super().get_owners(dbt_resource_props) or [OWNER]

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> AssetSpec:
        """Describe a node, and how old it may get where people read it.

        Args:
            manifest: The manifest.
            unique_id: The node's id in it.
            project: The project, where it is given.
        """
        spec = super().get_asset_spec(manifest, unique_id, project)
        read = spec.group_name in PUBLISHED and unique_id.startswith("model.")
        return spec.replace_attributes(freshness_policy=FRESH) if read else spec


LAYERS = Layers(settings=DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))


class Build(Config):
    """How to build in a run."""

    full_refresh: bool = Field(default=False, description="Build incremental models from nothing.")


class Backfill(Build):
    """How to build in a run, and what else to make anew."""

    from_date: str | None = Field(
        default=None,
        description="First date (YYYY-MM-DD) of events whose every number is made anew, though"
        " nothing about them has landed.",
    )
    to_date: str | None = Field(default=None, description="The last of these dates.")

    def dates(self) -> Dates | None:
        """Read the dates.

        Raises:
            BackfillError: One is missing or no date, or the last lies before the first.
        """
        if self.from_date is None and self.to_date is None:
            return None
        try:
            first, last = (date.fromisoformat(day or "") for day in (self.from_date, self.to_date))
        except ValueError as error:
            raise BackfillError(f"from_date and to_date: {error}; both are YYYY-MM-DD.") from error
        return Dates(first, last)


@dbt_assets(
    name="models",
    manifest=MANIFEST,
    exclude=AFTER_ANALYSIS,
    dagster_dbt_translator=LAYERS,
    pool=POOL,
)
def models(
    context: AssetExecutionContext, config: Backfill, warehouse: Warehouse, dbt: Dbt
) -> Iterator[Any]:
    """Build and test the selected models with one `dbt build`."""
    with retried(context):
        settings = warehouse.ready()
        if dates := config.dates():
            request_backfill(settings, dates)
        yield from dbt.build(context, settings, full_refresh=config.full_refresh)


@dbt_assets(
    name="results",
    manifest=MANIFEST,
    select=AFTER_ANALYSIS,
    dagster_dbt_translator=LAYERS,
    pool=POOL,
)
def results(
    context: AssetExecutionContext, config: Build, warehouse: Warehouse, dbt: Dbt
) -> Iterator[Any]:
    """Build and test what reads the analysis of experiments, with one `dbt build` more."""
    with retried(context):
        yield from dbt.build(context, warehouse.ready(), full_refresh=config.full_refresh)
