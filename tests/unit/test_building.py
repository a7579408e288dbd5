"""The order of `chhimeki build`, without dbt and without a database."""

import io
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from rich.console import Console

from loaders.settings import Settings
from orchestration import building
from orchestration.building import Built, Node, build_models
from orchestration.experimentation.store import Analysed
from orchestration.terminal import Stages

Build = Callable[..., tuple[Built, list[str], str]]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Build with nodes that have a given status; also what was done and what was said."""
    done: list[str] = []

    def run(status: str = "success", *, full_refresh: bool = False) -> tuple[Built, list[str], str]:
        class Project:
            def build(self, _: str, *selection: str) -> list[Node]:
                done.append(" ".join(selection))
                return [Node("one", "model", status, "")]

        def analyse(_: Settings) -> Analysed:
            done.append("analysis")
            return Analysed(experiments=2, results=6)

        monkeypatch.setattr(building.Project, "parsed", lambda _: Project())
        monkeypatch.setattr(building, "analyse_touched", analyse)
        monkeypatch.setattr(building, "only_build", lambda *_: nullcontext())
        settings = Settings.from_environment({"CHHIMEKI_HOME": str(tmp_path)})
        said = io.StringIO()
        with Stages(Console(file=said, width=200)) as stages:
            built = build_models(settings, stages, full_refresh=full_refresh)
        return built, done, said.getvalue()

    return run


def test_the_analysis_stands_between_what_it_reads_and_what_reads_it(build: Build) -> None:
    built, done, said = build()
    assert done == ["--exclude source:analysis+", "analysis", "--select source:analysis+"]
    assert built.success
    assert (
        str(built) == "2 models and seeds built, 2 experiments analysed, 0 tests passed, 0 failed"
    )
    assert said.splitlines() == ["Building and testing models …", "Analysing experiments …"]


def test_both_parts_are_refreshed_in_full(build: Build) -> None:
    _, done, _ = build(full_refresh=True)
    assert [one.endswith("--full-refresh") for one in done] == [True, False, True]


def test_a_first_part_that_fails_is_the_last(build: Build) -> None:
    built, done, said = build("error")
    assert done == ["--exclude source:analysis+"]
    assert not built.success
    assert said.splitlines()[-1].startswith("Experiments were not analysed")
