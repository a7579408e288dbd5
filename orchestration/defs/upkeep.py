"""What is done at night beside building and checking.

What flows through: the published tables in; tidy tables, a short history of runs, pages out.
Belongs here: upkeep as assets. Does not belong here: how any of it is done
(`orchestration.maintenance`, `orchestration.dbt_docs`), when (`schedules`).
"""

from dagster import AssetExecutionContext, MaterializeResult, MetadataValue, asset

from orchestration.dbt_docs import make_pages
from orchestration.defs.policies import OWNER
from orchestration.defs.quality import DATA_DOCS
from orchestration.defs.resources import Warehouse
from orchestration.defs.transform import models, results
from orchestration.maintenance import forget_old_runs, tidy_tables

PREFIX = GROUP = "upkeep"
PUBLISHED = [*models.keys, *results.keys]


@asset(key_prefix=PREFIX, group_name=GROUP, deps=PUBLISHED, owners=[OWNER], kinds={"postgres"})
def tidied_tables(warehouse: Warehouse) -> MaterializeResult[None]:
    """Tables without the rows that nobody sees any more, and with new statistics."""
    return MaterializeResult(metadata={"tables": tidy_tables(warehouse.ready())})


@asset(key_prefix=PREFIX, group_name=GROUP, deps=PUBLISHED, owners=[OWNER], kinds={"postgres"})
def run_history(context: AssetExecutionContext, warehouse: Warehouse) -> MaterializeResult[None]:
    """The runs of the last month; older ones are forgotten, with their logs."""
    deleted = forget_old_runs(context.instance, warehouse.ready())
    return MaterializeResult(metadata={"deleted": deleted})


@asset(key_prefix=PREFIX, group_name=GROUP, deps=PUBLISHED, owners=[OWNER], kinds={"dbt"})
def dbt_docs(warehouse: Warehouse) -> MaterializeResult[None]:
    """Dbt's pages about every model and column, as one file to open in a browser."""
    page = make_pages(warehouse.ready())
    return MaterializeResult(metadata={"page": MetadataValue.path(page)})


@asset(
    key_prefix=PREFIX,
    group_name=GROUP,
    # After what judges the numbers: where a critical rule fails, readers keep the site they have.
    deps=[*PUBLISHED, DATA_DOCS],
    owners=[OWNER],
    kinds={"python", "html"},
)
def dashboards(warehouse: Warehouse) -> MaterializeResult[None]:
    """The dashboards, as pages to open in a browser; `chhimeki dashboards` serves them."""
    from orchestration.dashboard_site import make_site, site_folder  # noqa: PLC0415 - takes a second

    settings = warehouse.ready()
    page = make_site(settings, site_folder(settings))
    return MaterializeResult(metadata={"page": MetadataValue.path(page)})


UPKEEP = [tidied_tables, run_history, dbt_docs, dashboards]
