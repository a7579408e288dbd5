"""The one job: land, judge, build, analyse, build on that, judge again.

What flows through: nothing; a selection of assets.
Belongs here: what is run together. Does not belong here: when (`schedules`, `sensors`), how
(`ingest`, `transform`, `experiments`, `quality`).
"""

from dagster import AssetSelection, define_asset_job, in_process_executor

warehouse_job = define_asset_job(
    "warehouse",
    # Data Docs are a pass of their own over all suites, for the night.
    selection=AssetSelection.all() - AssetSelection.groups("quality"),
    description="Lands files (the paths configured, else what waits in the landing folder), checks"
    " what landed, builds every model and analyses experiments, checks marts.",
    # A process a step would import dagster and dbt anew for each of six steps.
    executor_def=in_process_executor,
)
