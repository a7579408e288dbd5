"""The Dagster graph: `dagster dev` and `chhimeki run` start here."""

from dagster import Definitions, in_process_executor

from orchestration.defs import (
    alerts,
    experiments,
    ingest,
    jobs,
    quality,
    resources,
    schedules,
    sensors,
    transform,
    upkeep,
)

definitions = Definitions(
    assets=[
        ingest.landing,
        transform.models,
        experiments.analysis,
        transform.results,
        quality.data_docs,
        *upkeep.UPKEEP,
    ],
    asset_checks=[quality.gate, quality.publication],
    jobs=jobs.JOBS,
    schedules=[schedules.nightly, schedules.weekly],
    sensors=[sensors.landing_folder, sensors.unbuilt_loads, alerts.alerts],
    resources=resources.resources(),
    executor=in_process_executor,
)
