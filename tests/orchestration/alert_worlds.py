"""What tests of alerts share: an instance in the test's database, and a job that fails by wish."""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    DagsterInstance,
    Definitions,
    ExecuteInProcessResult,
    MaterializeResult,
    asset,
    define_asset_job,
)

from loaders.settings import Settings

JOB = "build"
QUIET = {"telemetry": {"enabled": False}}
USERS = AssetKey(["marts", "users"])


def instance_in(database: Settings, folder: str) -> DagsterInstance:
    """An instance whose runs and events are in schema `dagster` of a database."""
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute("create schema if not exists dagster")
    url = f"{database.sqlalchemy_url()}?options=-csearch_path%3Ddagster"
    storage = {"postgres": {"postgres_url": url}}
    return DagsterInstance.local_temp(folder, overrides={"storage": storage, **QUIET})


@dataclass
class World:
    """A job of one asset with two checks, which do what the attributes say.

    Attributes:
        instance: Where its runs are kept.
        error: What its asset raises at its end; none for none.
        blocks: Whether the check that blocks passes; it tells what a rule tells.
        warns: Whether the check that warns passes; it tells what a dbt test tells.
    """

    instance: DagsterInstance
    error: Exception | None = None
    blocks: bool = True
    warns: bool = True
    definitions: Definitions = field(init=False)

    def __post_init__(self) -> None:
        specs = [
            AssetCheckSpec("rows_are_there", asset=USERS, blocking=True),
            AssetCheckSpec("ages_are_likely", asset=USERS),
        ]

        @asset(key=USERS, check_specs=specs)
        def users():  # type: ignore[no-untyped-def]  # noqa: ANN202
            yield MaterializeResult()
            yield AssetCheckResult(
                check_name="rows_are_there",
                passed=self.blocks,
                metadata={"why": "Nobody is there.", "observed": "0 rows", "sample": "asha"},
            )
            yield AssetCheckResult(
                check_name="ages_are_likely",
                passed=self.warns,
                severity=AssetCheckSeverity.WARN,
                metadata={"dagster_dbt/failed_row_count": 3, "status": "fail"},
            )
            if self.error:
                raise self.error

        self.definitions = Definitions(assets=[users], jobs=[define_asset_job(JOB, [users])])

    def run(self) -> ExecuteInProcessResult:
        """Run the job."""
        job = self.definitions.resolve_job_def(JOB)
        return job.execute_in_process(instance=self.instance, raise_on_error=False)
