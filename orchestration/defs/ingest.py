"""Assets of schema raw: what the loader lands.

What flows through: paths in the run's configuration, or else what waits in the landing folder, in;
rows of four tables out. Where that is nothing, the run builds what others have landed.
Belongs here: the loader as assets. Does not belong here: how a file is read or landed.
"""

from collections.abc import Iterator
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetSpec,
    Config,
    MaterializeResult,
    multi_asset,
)
from pydantic import Field

from loaders.landing_folder import land_waiting
from loaders.pipeline import LoadSummary, Progress, Status, load
from loaders.roles import Role
from orchestration.defs.policies import FRESH, OWNER
from orchestration.defs.resources import Warehouse
from orchestration.loading import facts
from orchestration.retrying import retried

LOADS = AssetKey(["raw", "loads"])
DESCRIPTIONS = {
    "events": "Every event as it came, duplicates and unknown types included, append-only.",
    "entities": "Snapshots of users, experiments and communities, append-only.",
    "rejected_records": "Records that could not land, with reason and original bytes.",
    "loads": "One row a file that landed: read = events + entities + rejected.",
}
WHOLE_FILES = AssetCheckSpec(
    "files_are_whole",
    asset=LOADS,
    description="A file that is missing, cut short or unreadable lands not at all; the others do.",
)


class Landing(Config):
    """What to land in a run."""

    paths: list[str] | None = Field(
        default=None,
        description="Files, folders or patterns, absolute, left where they are; an empty list lands"
        " nothing. Without it, what waits in the landing folder lands and is moved away.",
    )


@multi_asset(
    name="landing",
    specs=[
        AssetSpec(
            ["raw", table],
            description=description,
            group_name="raw",
            owners=[OWNER],
            kinds={"python", "postgres"},
            freshness_policy=FRESH,
        )
        for table, description in DESCRIPTIONS.items()
    ],
    check_specs=[WHOLE_FILES],
)
def landing(
    context: AssetExecutionContext, config: Landing, warehouse: Warehouse
) -> Iterator[MaterializeResult[None] | AssetCheckResult]:
    """Land the configured files, or what waits; what has landed before is left alone."""

    def log(progress: Progress) -> None:
        share = progress.bytes_read / max(progress.bytes_total, 1)
        line = f"{progress.file_name}: {progress.records_read:,} records, {share:.0%}"
        context.log.debug(line)

    with retried(context):
        settings = warehouse.ready().as_role(Role.LOADER)
        if config.paths is None:
            summary = land_waiting(settings, log)
        else:
            summary = load(config.paths, settings, log)
    for table, metadata in _told(summary).items():
        key = AssetKey(["raw", table])
        yield MaterializeResult(asset_key=key, metadata=metadata | warehouse.described(key))
    yield _whole(summary)


def _told(summary: LoadSummary) -> dict[str, dict[str, Any]]:
    landed = {
        "events": summary.events_landed,
        "entities": summary.entities_landed,
        "rejected_records": summary.records_rejected,
    }
    read = {"records_read": summary.records_read}
    files = {
        "files_landed": len(summary.with_status(Status.LANDED)),
        "files_landed_before": len(summary.with_status(Status.ALREADY_LANDED)),
        "files": facts(summary),
    }
    return {table: {"landed": rows} | read for table, rows in landed.items()} | {"loads": files}


def _whole(summary: LoadSummary) -> AssetCheckResult:
    refused = summary.with_status(Status.REFUSED, Status.CHANGED)
    reasons = "; ".join(str(file.reason) for file in refused)
    return AssetCheckResult(
        asset_key=LOADS,
        check_name=WHOLE_FILES.name,
        passed=not refused,
        metadata={"observed": reasons} if refused else {},
    )
