"""What makes alerts be told: a look, twice a minute, from the first `dagster dev` on.

What flows through: a tick; what was opened, closed and told out, as the reason why no run is asked
for. It can be turned off in the UI.
Belongs here: the sensor. Does not belong here: what is wrong, who is told (`orchestration.alerts`).
"""

import logging

from dagster import DefaultSensorStatus, SensorEvaluationContext, SkipReason, sensor

from loaders.embedded import server
from loaders.settings import Settings
from orchestration.alerts.channels import channels
from orchestration.alerts.settings import AlertSettings
from orchestration.alerts.watching import View, watch

INTERVAL_SECONDS = 30
LOGGER = logging.getLogger("chhimeki.alerts")
# Without a handler of its own or of somebody else, Python would print each line on standard error,
# where Dagster prints it too.
LOGGER.addHandler(logging.NullHandler())


@sensor(
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=DefaultSensorStatus.RUNNING,
    description="Tells the log, a webhook and a mail address (CHHIMEKI_ALERT_…) of failed runs,"
    " failing checks, a stale source and anomalies, once each, and when they are over.",
)
def alerts(context: SensorEvaluationContext) -> SkipReason:
    """Look at everything once, and tell what is due."""
    settings, told = Settings.from_environment(), AlertSettings.from_environment()
    if not server.is_up(settings):
        return SkipReason("the warehouse is down")
    jobs = context.repository_def.job_names if context.repository_def else []
    view = View(context.instance, jobs, told.stale_after)
    done = watch(settings, view, channels(told, [context.log, LOGGER]))
    for failure in done.failures:
        context.log.warning("not told: %s", failure)
    return SkipReason(str(done))
