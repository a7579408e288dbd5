"""The Dagster graph: `dagster dev` and `chhimeki run` start here."""

from dagster import Definitions

from orchestration.defs import (
    experiments,
    ingest,
    jobs,
    quality,
    resources,
    schedules,
    sensors,
    transform,
)

definitions = Definitions(
    assets=[
        ingest.landing,
        transform.models,
        experiments.analysis,
        transform.results,
        quality.data_docs,
    ],
    asset_checks=[quality.gate, quality.publication],
    jobs=[jobs.warehouse_job],
    schedules=[schedules.hourly],
    sensors=[sensors.landing_folder],
    resources=resources.resources(),
)
