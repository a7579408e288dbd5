"""When the job runs by itself.

What flows through: time. The schedule is off until somebody turns it on in the UI; it lands what
waits in the landing folder and builds what has been loaded since the run before.
Belongs here: times and their zone. Does not belong here: what is run (`jobs`).
"""

from dagster import ScheduleDefinition

from orchestration.defs.jobs import warehouse_job

hourly = ScheduleDefinition(
    name="hourly",
    job=warehouse_job,
    cron_schedule="0 * * * *",
    execution_timezone="UTC",
    description="Every full hour: land what waits, build and check whatever is new.",
)
