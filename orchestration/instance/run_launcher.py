"""What starts a run, and says whether it still lives.

What flows through: runs that have started in, living or dead out. Run monitoring asks, as often as
`dagster.yaml` says, and reports a dead one as failed: it holds neither the queue nor the sensor.
Belongs here: the verdict. Does not belong here: how it is known (`marks`).
"""

from dagster import DagsterRun, DefaultRunLauncher
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus

from loaders.settings import Settings
from orchestration.instance.marks import is_dead


class WatchingRunLauncher(DefaultRunLauncher):
    """Launches as Dagster does, and knows a run whose process has been killed."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Say that it can be asked."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Look at a run's process.

        Args:
            run: One that has started and not ended.
        """
        if is_dead(Settings.from_environment().home, run.run_id):
            return CheckRunHealthResult(WorkerStatus.FAILED, "its process has ended")
        return CheckRunHealthResult(WorkerStatus.RUNNING)
