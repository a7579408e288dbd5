"""The Dagster graph: `dagster dev` and `chhimeki run` start here."""

from dagster import Definitions

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
)

definitions = Definitions(
    assets=[ingest.landing, transform.models, experiments.analysis, transform.results],
    asset_checks=[quality.gate, quality.publication],
    jobs=[jobs.warehouse_job],
    schedules=[schedules.hourly],
    sensors=[sensors.landing_folder, alerts.alerts],
    resources=resources.resources(),
)
