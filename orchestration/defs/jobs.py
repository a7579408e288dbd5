"""What is run together: landing, building on news, the night's full pass, reports, backfills.

What flows through: nothing; selections of assets.
Belongs here: which parts make a job. Does not belong here: when (`schedules`, `sensors`), how
(`ingest`, `transform`, `experiments`, `quality`, `reporting`, `upkeep`).
"""

from datetime import UTC, datetime
from typing import Any

import psycopg
from dagster import (
    AssetSelection,
    Config,
    JobDefinition,
    OpExecutionContext,
    config_mapping,
    define_asset_job,
    in_process_executor,
    job,
    op,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from pydantic import Field

from orchestration.defs import ingest, quality, reporting, upkeep
from orchestration.defs.resources import Warehouse
from orchestration.erasing import complete_erasures
from orchestration.terminal import showing_stages
from privacy.retention import apply, load_policies

LANDING = AssetSelection.assets(ingest.landing)
AT_NIGHT = AssetSelection.assets(quality.data_docs, *upkeep.UPKEEP)
ON_MONDAYS = AssetSelection.assets(reporting.weekly_report)
MODELS_AND_RESULTS = AssetSelection.all() - LANDING - AT_NIGHT - ON_MONDAYS
WHOLE_FILES = AssetSelection.checks(ingest.WHOLE_FILES.key)
CHECKS_OF_WHAT_LANDED = AssetSelection.checks_for_assets(ingest.landing) - WHOLE_FILES
# Tests of dbt read whole tables, and would make a batch cost what its history costs. What they
# find is found at night; what must not get in, the gate and the constraints of the tables keep out.
PUBLICATION = AssetSelection.checks(quality.publication)
QUICK_CHECKS = AssetSelection.checks(quality.gate) | PUBLICATION

# A run whose process died is started once more; one that failed is not, as its steps have had their
# own tries.
TRIED_AGAIN = {"dagster/max_retries": "1"}
# A process a step would import dagster and dbt anew for each of them.
COMMON: dict[str, Any] = {"executor_def": in_process_executor, "tags": TRIED_AGAIN}

warehouse_job = define_asset_job(
    "warehouse",
    selection=AssetSelection.all() - AT_NIGHT - ON_MONDAYS,
    description="All in one run, as `chhimeki run` does it: lands files, checks what landed, builds"
    " and tests every model and analyses experiments, checks marts.",
    executor_def=in_process_executor,
)
ingest_job = define_asset_job(
    "ingest",
    selection=LANDING.without_checks() | WHOLE_FILES,
    description="Lands files: the paths configured, else what waits in the landing folder.",
    **COMMON,
)
build_job = define_asset_job(
    "build",
    selection=MODELS_AND_RESULTS.without_checks() | QUICK_CHECKS,
    description="Checks what landed, builds what it touches, analyses experiments, checks what is"
    " published.",
    **COMMON,
)
nightly_job = define_asset_job(
    "nightly",
    # The pass that makes Data Docs judges all that is published.
    selection=(MODELS_AND_RESULTS | AT_NIGHT | CHECKS_OF_WHAT_LANDED) - PUBLICATION,
    description="Builds what is left to build and checks everything, every test of dbt included;"
    " tidies tables, forgets old runs, makes pages.",
    **COMMON,
)
report_job = define_asset_job(
    "report",
    selection=ON_MONDAYS,
    description="Makes the report of the last week, and mails it where mail is set"
    " (CHHIMEKI_ALERT_…).",
    **COMMON,
)


class Dates(Config):
    """What to make anew."""

    from_date: str | None = Field(default=None, description="First event date, YYYY-MM-DD.")
    to_date: str | None = Field(default=None, description="Last event date, YYYY-MM-DD.")
    full_refresh: bool = Field(
        default=False, description="Build every incremental model from nothing instead."
    )


@config_mapping
def _backfilled(config: Dates) -> dict[str, Any]:
    refresh = {"full_refresh": config.full_refresh}
    dates = {"from_date": config.from_date, "to_date": config.to_date}
    return {"ops": {"models": {"config": refresh | dates}, "results": {"config": refresh}}}


backfill_job = define_asset_job(
    "backfill",
    selection=MODELS_AND_RESULTS.without_checks() | QUICK_CHECKS,
    config=_backfilled,
    description="Makes anew whatever events of some dates are part of, or everything; for after a"
    " repair of data or of a model.",
    executor_def=in_process_executor,
)


@op(description="Removes what is held on people and has grown too old; the next build follows.")
def apply_retention(context: OpExecutionContext, warehouse: Warehouse) -> None:
    """Remove what is too old from schema raw."""
    settings = warehouse.ready()
    with psycopg.connect(
        settings.conninfo(), autocommit=True, application_name="chhimeki retention"
    ) as connection:
        went = apply(connection, load_policies(), datetime.now(UTC))
    for one in went:
        context.log.info("Removed %s.", one)
    if not went:
        context.log.info("Nothing is too old.")


@op(description="Completes erasures that were begun and have not ended.")
def apply_privacy_requests(context: OpExecutionContext, warehouse: Warehouse) -> None:
    """Complete what a command that was killed has left."""
    with showing_stages() as stages:
        done = complete_erasures(warehouse.ready(), stages)
    context.log.info("%d erasures completed.", len(done))


@job(
    executor_def=in_process_executor,
    tags=TRIED_AGAIN,
    description="Removes from what landed what is held on people and has grown too old, as"
    " `chhimeki privacy retention` does; the next build follows.",
)
def retention() -> None:
    """Remove what is too old."""
    apply_retention()


@job(executor_def=in_process_executor, description="Completes erasures that were begun.")
def privacy() -> None:
    """Carry out people's requests about their data."""
    apply_privacy_requests()


JOBS: list[JobDefinition | UnresolvedAssetJobDefinition] = [
    warehouse_job,
    ingest_job,
    build_job,
    nightly_job,
    report_job,
    backfill_job,
    retention,
    privacy,
]
