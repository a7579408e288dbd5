"""Assets of schema analysis: what the statistics of experiments say.

What flows through: sums per variant, which dbt made, in; rows of two tables, which dbt reads, out.
Belongs here: the analysis as assets. Does not belong here: how anything is computed
(`orchestration.experimentation`).
"""

from collections.abc import Iterator

from dagster import AssetExecutionContext, AssetKey, AssetSpec, MaterializeResult, multi_asset

from loaders.roles import Role
from orchestration.defs.policies import OWNER, POOL
from orchestration.defs.resources import Warehouse
from orchestration.experimentation.store import analyse_touched
from orchestration.retrying import retried
from orchestration.warehouse import only_build

INPUTS = (
    "int_experiments_profiled",
    "int_experiment_variants_counted",
    "int_experiment_statistics",
)
DESCRIPTIONS = {
    "experiment_analyses": "One row an experiment: its control, and whether users were given"
    " variants as planned.",
    "experiment_results": "One row a variant of a metric: estimates, intervals, p-values, and why"
    " one is missing.",
}


@multi_asset(
    name="analysis",
    pool=POOL,
    specs=[
        AssetSpec(
            ["analysis", table],
            description=description,
            deps=[AssetKey(["intermediate", name]) for name in INPUTS],
            group_name="analysis",
            owners=[OWNER],
            kinds={"python", "postgres"},
        )
        for table, description in DESCRIPTIONS.items()
    ],
)
def analysis(
    context: AssetExecutionContext, warehouse: Warehouse
) -> Iterator[MaterializeResult[None]]:
    """Analyse the experiments that have news; the others stay as they are."""
    with retried(context):
        settings = warehouse.ready()
        with only_build(settings, lambda: context.log.info("A build is running; waiting.")):
            analysed = analyse_touched(settings.as_role(Role.TRANSFORMER))
    counts = {
        "experiment_analyses": analysed.experiments,
        "experiment_results": analysed.results,
    }
    for table, rows in counts.items():
        key = AssetKey(["analysis", table])
        metadata = {"made_anew": rows} | warehouse.described(key)
        yield MaterializeResult(asset_key=key, metadata=metadata)
