"""When a job runs by the clock: at night, on Sundays and Mondays. By day sensors ask for runs.

What flows through: time, in the zone whose days the tables have.
Belongs here: times. Does not belong here: what is run (`jobs`).
"""

from dagster import DefaultScheduleStatus, ScheduleDefinition

from orchestration.defs.jobs import nightly_job, report_job, retention
from orchestration.project import reporting_zone

ZONE = reporting_zone()

nightly = ScheduleDefinition(
    name="nightly",
    job=nightly_job,
    # Late enough for the last events of the day before, early enough for the morning.
    cron_schedule="30 2 * * *",
    execution_timezone=ZONE,
    default_status=DefaultScheduleStatus.RUNNING,
    description="Every night at half past two: build what is left, check all of it, tidy up.",
)

weekly = ScheduleDefinition(
    name="weekly",
    job=retention,
    # An hour before the nightly build, which makes the models follow.
    cron_schedule="30 1 * * 0",
    execution_timezone=ZONE,
    default_status=DefaultScheduleStatus.RUNNING,
    description="On Sundays at half past one: remove what has grown too old.",
)

report = ScheduleDefinition(
    name="report",
    job=report_job,
    # When the night has built and judged Sunday, and before people begin their week.
    cron_schedule="0 6 * * 1",
    execution_timezone=ZONE,
    default_status=DefaultScheduleStatus.RUNNING,
    description="On Mondays at six: make the report of the last week, and mail it.",
)
