"""`chhimeki build`: dbt in this process, with one bar instead of its thousand lines.

What flows through: settings in, a built and tested warehouse and what became of each node out.
Belongs here: the runner and the reading of its events. Does not belong here: what is built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dbt.cli.main import dbtRunner
from dbt_common.events.base_types import EventMsg

from loaders.errors import ChhimekiError
from loaders.settings import Settings
from orchestration.manifest import BUILD, PLACES
from orchestration.state import dbt_environment, environment
from orchestration.terminal import Stages
from orchestration.warehouse import only_build

STAGE = "Building and testing models"


class BuildError(ChhimekiError):
    """dbt could not even begin."""


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


@dataclass
class Built:
    """What a build did, in the order it was finished."""

    nodes: list[Node] = field(default_factory=list)

    @property
    def success(self) -> bool:
        """Whether nothing failed."""
        return not any(node.failed for node in self.nodes)

    def __str__(self) -> str:
        """Say it in one line."""
        models = sum(node.good for node in self.nodes if node.kind in ("model", "seed"))
        tests = sum(node.good for node in self.nodes if node.kind in ("test", "unit_test"))
        failed = sum(node.failed for node in self.nodes)
        return f"{models} models and seeds built, {tests} tests passed, {failed} failed"


def build_models(settings: Settings, stages: Stages, *, full_refresh: bool) -> Built:
    """Build and test every model.

    Args:
        settings: The warehouse, up.
        stages: Where to show how far it is.
        full_refresh: Whether incremental models start anew.

    Returns:
        What was built.

    Raises:
        BuildError: dbt cannot begin: the project is wrong, or the warehouse refuses.
    """
    stages.begin(STAGE)

    def on_node(node: Node, total: int) -> None:
        stages.advance(STAGE, total)
        if node.failed:
            stages.say(f"✗ {node.name}: {node.message}")

    with only_build(settings, lambda: stages.say("Another build is running; waiting for it.")):
        return _invoke(settings, on_node, full_refresh=full_refresh)


def _invoke(
    settings: Settings, on_node: Callable[[Node, int], None], *, full_refresh: bool
) -> Built:
    built = Built()
    total = 0

    def on_event(event: EventMsg) -> None:
        nonlocal total
        if event.info.name == "ConcurrencyLine":
            total = event.data.node_count
        elif event.info.name == "NodeFinished":
            built.nodes.append(_node(event))
            on_node(built.nodes[-1], total)

    arguments = [*BUILD, *PLACES, "--log-level", "none"]
    with environment(dbt_environment(settings)):
        result = dbtRunner(callbacks=[on_event]).invoke(
            [*arguments, *(["--full-refresh"] if full_refresh else [])]
        )
    if result.exception:
        raise BuildError(f"dbt: {result.exception}; `dbt debug` and `dbt parse` tell more.")
    return built


def _node(event: EventMsg) -> Node:
    info, result = event.data.node_info, event.data.run_result
    return Node(
        name=info.node_name,
        kind=info.resource_type,
        status=str(result.status).lower(),
        message=" ".join(str(result.message or "").split()),
    )
