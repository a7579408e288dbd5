"""`chhimeki build`: dbt in this process, with a bar instead of its thousand lines.

What flows through: settings in, a built and tested warehouse and what became of each node out. In
order: the models that experiments are analysed by, the analysis, the models that read it.
Belongs here: the order, the runner and the reading of its events. Does not belong here: what is
built, what is analysed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dbt.artifacts.resources.types import NodeType
from dbt.artifacts.schemas.results import RunStatus
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import EventMsg

from loaders.errors import ChhimekiError
from loaders.roles import Role
from loaders.settings import Settings
from orchestration.experimentation.store import analyse_touched
from orchestration.failures import cause_in
from orchestration.manifest import BUILD, PLACES
from orchestration.order import AFTER_ANALYSIS, ANALYSIS, MODELS, NOT_ANALYSED, RESULTS
from orchestration.state import dbt_environment, environment
from orchestration.terminal import Stages
from orchestration.warehouse import only_build


class BuildError(ChhimekiError):
    """dbt could not begin, or the warehouse failed it."""


@dataclass(frozen=True)
class Node:
    """One thing that dbt has finished.

    Attributes:
        name: Its name in the project.
        kind: `model`, `seed`, `test`, `unit_test`, …
        status: What became of it: `success`, `pass`, `warn`, `error`, `fail`, `skipped`, …
        message: dbt's line about a failure, or empty.
    """

    name: str
    kind: str
    status: str
    message: str

    @property
    def good(self) -> bool:
        """Whether it did what it should."""
        return self.status in ("success", "pass", "warn", "no-op")

    @property
    def failed(self) -> bool:
        """Whether it did not; what another's failure kept from starting has not failed."""
        return not self.good and self.status != "skipped"

    @property
    def cause(self) -> str | None:
        """What failed it, where that is the warehouse: then many fail, and one line is enough."""
        return cause_in(self.message) if self.failed else None


@dataclass
class Built:
    """What a build did.

    Attributes:
        nodes: What dbt finished, in that order.
        experiments: Number of experiments that were analysed anew.
    """

    nodes: list[Node] = field(default_factory=list)
    experiments: int = 0

    @property
    def success(self) -> bool:
        """Whether nothing failed."""
        return not any(node.failed for node in self.nodes)

    def __str__(self) -> str:
        """Say it in one line."""
        models = sum(node.good for node in self.nodes if node.kind in ("model", "seed"))
        tests = sum(node.good for node in self.nodes if node.kind in ("test", "unit_test"))
        failed = sum(node.failed for node in self.nodes)
        return (
            f"{models} models and seeds built, {self.experiments} experiments analysed,"
            f" {tests} tests passed, {failed} failed"
        )


def build_models(settings: Settings, stages: Stages, *, full_refresh: bool) -> Built:
    """Build and test every model, and analyse experiments on the way.

    Args:
        settings: The warehouse, up.
        stages: Where to show how far it is.
        full_refresh: Whether incremental models start anew.

    Returns:
        What was built; nothing after the part that failed.

    Raises:
        BuildError: dbt cannot begin: the project is wrong, or the warehouse refuses; or the
            warehouse failed on the way.
    """
    with only_build(settings, lambda: stages.say("Another build is running; waiting for it.")):
        return build_under_lock(settings, stages, full_refresh=full_refresh)


def build_under_lock(settings: Settings, stages: Stages, *, full_refresh: bool) -> Built:
    """Do what `build_models` does for a caller who has the warehouse for itself (`only_build`)."""
    stages.begin(MODELS)
    options = ("--full-refresh",) if full_refresh else ()
    with environment(dbt_environment(settings)):
        project = Project.parsed(stages)
        built = Built(project.build(MODELS, "--exclude", AFTER_ANALYSIS, *options))
        if not built.success:
            stages.say(NOT_ANALYSED)
            return built
        stages.begin(ANALYSIS)
        built.experiments = analyse_touched(settings.as_role(Role.TRANSFORMER)).experiments
        stages.end(ANALYSIS)
        built.nodes += project.build(RESULTS, "--select", AFTER_ANALYSIS, *options)
    return built


@dataclass(frozen=True)
class Project:
    """The dbt project, parsed once for all builds of its parts.

    Attributes:
        manifest: What dbt read.
        stages: Where to show how far a build is.
    """

    manifest: Manifest
    stages: Stages

    @classmethod
    def parsed(cls, stages: Stages) -> Project:
        """Read the project.

        Args:
            stages: Where to show how far a build is.

        Raises:
            BuildError: dbt does not parse it.
        """
        result = _checked(dbtRunner().invoke(["parse", *PLACES, "--log-level", "none"]))
        if not isinstance(result.result, Manifest):
            raise BuildError("dbt: the project was not parsed; `dbt parse` tells more.")
        return cls(result.result, stages)

    def build(self, stage: str, *selection: str) -> list[Node]:
        """Build and test a part of the project.

        Args:
            stage: What to call it.
            selection: dbt's own arguments.

        Returns:
            What dbt finished.

        Raises:
            BuildError: dbt cannot begin, or the warehouse failed on the way.
        """
        self.stages.begin(stage)
        nodes: list[Node] = []
        total = 0

        def on_event(event: EventMsg) -> None:
            nonlocal total
            if event.info.name == "ConcurrencyLine":
                total = event.data.node_count
            elif event.info.name == "NodeFinished":
                nodes.append(_node(event))
                self._show(stage, nodes[-1], total)

        runner = dbtRunner(manifest=self.manifest, callbacks=[on_event])
        arguments = [*BUILD, *PLACES, "--log-level", "none", *selection]
        _refuse_unbegun(_checked(runner.invoke(arguments)))
        for node in nodes:
            if node.cause:
                raise BuildError(f"{stage} was cut short: {node.cause}")
        return nodes

    def _show(self, stage: str, node: Node, total: int) -> None:
        self.stages.advance(stage, total)
        if node.failed and not node.cause:
            self.stages.say(f"✗ {node.name}: {node.message}")


def _checked(result: dbtRunnerResult) -> dbtRunnerResult:
    if isinstance(result.exception, KeyboardInterrupt):
        raise result.exception
    if result.exception:
        said = str(result.exception)
        todo = "`dbt debug` and `dbt parse` tell more."
        raise BuildError(f"dbt: {cause_in(said) or f'{said}; {todo}'}")
    return result


def _refuse_unbegun(result: dbtRunnerResult) -> None:
    # dbt tells nobody but its log of a hook that fails, and skips everything without an error.
    done = result.result.results if isinstance(result.result, RunExecutionResult) else []
    for one in done:
        if one.node.resource_type is NodeType.Operation and one.status == RunStatus.Error:
            said = str(one.message)
            raise BuildError(
                f"dbt could not begin: {cause_in(said) or f'{said}; mend that and run it again.'}"
            )


def _node(event: EventMsg) -> Node:
    info, result = event.data.node_info, event.data.run_result
    return Node(
        name=info.node_name,
        kind=info.resource_type,
        status=str(result.status).lower(),
        message=" ".join(str(result.message or "").split()),
    )
