"""Assets of dbt: every model and seed, their tests as checks.

What flows through: the manifest in, two sets of assets out: what is built from the loader's assets,
and what is built from the analysis of experiments, which reads the former.
Belongs here: how a dbt node looks in Dagster. Does not belong here: SQL, when what is built.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dagster import AssetExecutionContext, Config
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from pydantic import Field

from loaders.settings import Settings
from orchestration.defs.ingest import OWNER
from orchestration.defs.resources import Dbt, Warehouse
from orchestration.manifest import fresh_manifest
from orchestration.order import AFTER_ANALYSIS

MANIFEST = fresh_manifest(Settings.from_environment())


class Layers(DagsterDbtTranslator):
    """Groups nodes by layer, which is their schema, and gives each an owner."""

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


class Build(Config):
    """How to build in a run."""

    full_refresh: bool = Field(default=False, description="Build incremental models from nothing.")


@dbt_assets(
    name="models",
    manifest=MANIFEST,
    exclude=AFTER_ANALYSIS,
    dagster_dbt_translator=Layers(),
)
def models(
    context: AssetExecutionContext, config: Build, warehouse: Warehouse, dbt: Dbt
) -> Iterator[Any]:
    """Build and test the selected models with one `dbt build`."""
    yield from dbt.build(context, warehouse.ready(), full_refresh=config.full_refresh)


@dbt_assets(
    name="results",
    manifest=MANIFEST,
    select=AFTER_ANALYSIS,
    dagster_dbt_translator=Layers(),
)
def results(
    context: AssetExecutionContext, config: Build, warehouse: Warehouse, dbt: Dbt
) -> Iterator[Any]:
    """Build and test what reads the analysis of experiments, with one `dbt build` more."""
    yield from dbt.build(context, warehouse.ready(), full_refresh=config.full_refresh)
