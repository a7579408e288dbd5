"""What is made for people once a week.

What flows through: the published tables in; the report of the last week, kept and mailed, out.
Belongs here: the report as an asset. Does not belong here: how it is made and sent
(`orchestration.weekly_report`), when (`schedules`).
"""

from dagster import AssetExecutionContext, AssetKey, MaterializeResult, MetadataValue, asset

from orchestration.alerts.settings import AlertSettings
from orchestration.defs.policies import OWNER
from orchestration.defs.resources import Warehouse
from orchestration.retrying import retried

# Models by schema: those of schema analyst have names of their own, beside the marts' of that name.
READ = {
    "analyst": (
        "analyst_error_logs",
        "analyst_events",
        "analyst_experiment_assignments",
        "analyst_performance_metrics",
        "analyst_user_interactions_daily",
        "analyst_user_sessions",
    ),
    "marts": ("experiment_results", "experiments"),
    "metrics": ("active_users_daily", "retention_weekly"),
}


@asset(
    key_prefix="reports",
    group_name="reports",
    deps=[AssetKey([schema, table]) for schema, tables in READ.items() for table in tables],
    owners=[OWNER],
    kinds={"python", "html"},
)
def weekly_report(context: AssetExecutionContext, warehouse: Warehouse) -> MaterializeResult[None]:
    """What changed in the last week, and why; `chhimeki report` makes it by hand."""
    from orchestration import weekly_report as made  # noqa: PLC0415 - takes a second

    with retried(context):
        settings, mail = warehouse.ready(), AlertSettings.from_environment().mail
        report = made.make_report(settings)
        page = made.keep_report(settings, report)
        if mail:
            made.mail_report(settings, mail, report)
    return MaterializeResult(
        metadata={
            "page": MetadataValue.path(page),
            "week": report.name,
            "mailed": mail is not None,
        }
    )
