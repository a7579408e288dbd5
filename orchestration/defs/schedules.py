"""When a job runs by the clock: at night and on Sundays. By day the sensors ask for runs.

What flows through: time, in the zone whose days the tables have.
Belongs here: times. Does not belong here: what is run (`jobs`).
"""

import yaml
from dagster import DefaultScheduleStatus, ScheduleDefinition

from loaders.settings import PROJECT_ROOT
from orchestration.defs.jobs import nightly_job, retention

PROJECT = yaml.safe_load((PROJECT_ROOT / "dbt_project.yml").read_text(encoding="utf-8"))

nightly = ScheduleDefinition(
    name="nightly",
    job=nightly_job,
    # Late enough for the last events of the day before, early enough for the morning.
    cron_schedule="30 2 * * *",
    execution_timezone=PROJECT["vars"]["reporting_timezone"],
    default_status=DefaultScheduleStatus.RUNNING,
    description="Every night at half past two: build what is left, check all of it, tidy up.",
)

weekly = ScheduleDefinition(
    name="weekly",
    job=retention,
    # An hour before the nightly build, which makes the models follow.
    cron_schedule="30 1 * * 0",
    execution_timezone=PROJECT["vars"]["reporting_timezone"],
    default_status=DefaultScheduleStatus.RUNNING,
    description="On Sundays at half past one: remove what has grown too old.",
)
