"""The Dagster graph: `dagster dev` and `chhimeki run` start here."""

from dagster import Definitions, in_process_executor

from orchestration.defs import (
    alerts,
    experiments,
    ingest,
    jobs,
    quality,
    reporting,
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
        reporting.weekly_report,
    ],
    asset_checks=[quality.gate, quality.publication],
    jobs=jobs.JOBS,
    schedules=[schedules.nightly, schedules.weekly, schedules.report],
    sensors=[sensors.landing_folder, sensors.unbuilt_loads, alerts.alerts],
    resources=resources.resources(),
    executor=in_process_executor,
)
