"""What tests of the graph share: the definitions, loaded once, and runs on a fresh database."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from loaders.settings import Settings

if TYPE_CHECKING:
    from dagster import Definitions

    from orchestration.running import Report

Run = Callable[..., "Report"]


@pytest.fixture(scope="session")
def definitions(home: Path) -> "Definitions":
    """The graph, its manifest below the session's home; importing it parses the project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHHIMEKI_HOME", str(home))
        from orchestration.definitions import definitions as loaded  # noqa: PLC0415
    return loaded


@pytest.fixture
def run(definitions: "Definitions", database: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the job on the test's database, as `chhimeki run` does."""
    # Imported by now, with the session's home; first imported here, it would take a person's.
    assert definitions.jobs
    from orchestration.running import run_warehouse  # noqa: PLC0415
    from orchestration.terminal import Stages  # noqa: PLC0415

    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)

    def run_paths(*paths: Path) -> "Report":
        with Stages(Console(file=io.StringIO())) as stages:
            return run_warehouse(database, [str(path) for path in paths], stages)

    return run_paths
