"""The semantic layer, asked by MetricFlow's own commands, as an analyst.

What flows through: settings and MetricFlow's arguments in; what it prints out.
Belongs here: that MetricFlow finds this warehouse and project, and asks no one else. Does not
belong here: what a metric is (`dbt_project/models/semantic`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from dbt.adapters.factory import get_adapter_by_type
from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from dbt_metricflow.cli.dbt_connectors.dbt_config_accessor import dbtArtifacts
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)

from loaders.roles import Role
from loaders.settings import PROJECT_ROOT, Settings
from orchestration.manifest import fresh_manifest
from orchestration.state import dbt_environment, environment

# MetricFlow's other commands are for whoever makes a project, not for whoever asks it.
COMMANDS = ("query", "list")


def ask(settings: Settings, arguments: Sequence[str]) -> None:
    """Run one of MetricFlow's commands on the warehouse, as an analyst.

    Args:
        settings: The warehouse, up.
        arguments: Those of `mf`.
    """
    manifest = fresh_manifest(settings).with_name("semantic_manifest.json")
    analyst = settings.as_role(Role.ANALYST).environment()
    commands = metricflow_commands(settings.home)
    with environment(dbt_environment(settings) | analyst):
        commands.main(
            list(arguments),
            prog_name="chhimeki mf",
            obj=ThisProject(manifest),
            standalone_mode=False,
        )


def metricflow_commands(folder: Path) -> click.Group:
    """Give MetricFlow's commands, without what it does before each: ask a registry for news of it.

    Args:
        folder: Where it may look for files of its own.
    """
    with _temporary_files_in(folder):
        from dbt_metricflow.cli.main import cli  # noqa: PLC0415

    return click.Group("mf", {name: cli.commands[name] for name in COMMANDS})


class ThisProject(CLIConfiguration):
    """What MetricFlow's commands work with: this project, wherever they are called.

    Args:
        manifest: The semantic manifest, which they would look for in `target/`.
    """

    def __init__(self, manifest: Path) -> None:
        super().__init__()
        self._manifest = manifest

    def setup(self, *_: object, **__: object) -> None:
        """Read the project; called by each command."""
        super().setup(dbt_profiles_path=PROJECT_ROOT, dbt_project_path=PROJECT_ROOT)

    @property
    def dbt_artifacts(self) -> dbtArtifacts:
        """What the commands need of dbt."""
        project = self.dbt_project_metadata
        adapter = get_adapter_by_type(project.profile.credentials.type)  # type: ignore[no-untyped-call]
        text = self._manifest.read_text(encoding="utf-8")
        return dbtArtifacts(
            profile=project.profile,
            project=project.project,
            adapter=adapter,
            semantic_manifest=parse_manifest_from_dbt_generated_manifest(text),
        )


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    # When it is imported, the look-up for news unpickles what it finds in the machine's temporary
    # folder, where anybody may have put it.
    before = tempfile.tempdir
    tempfile.tempdir = os.fspath(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
