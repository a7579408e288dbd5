"""The dbt manifest, parsed anew only when the project changed.

What flows through: settings in, the path of a manifest out that is as new as the project's files.
Belongs here: deciding whether it is stale, and `dbt parse`. Does not belong here: building.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loaders.errors import ChhimekiError
from loaders.settings import PROJECT_ROOT, Settings
from orchestration.state import dbt_environment, dbt_folder

PROJECT_FILES = ("dbt_project.yml", "profiles.yml", "dbt_project")
DBT = str(Path(sys.executable).parent / "dbt")
"""The dbt of this Python environment: a worker's PATH may hold another, or none."""

BUILD = (
    *("build", "--exclude-resource-type", "unit_test"),
    *("--exclude-resource-type", "exposure"),
)
"""Unit tests judge the SQL on rows made up for it: they belong to the project's tests. There is
nothing to build of an exposure, and dbt, which skips all when a hook fails, stumbles over them."""

PLACES = ("--project-dir", str(PROJECT_ROOT), "--profiles-dir", str(PROJECT_ROOT))


class ProjectError(ChhimekiError):
    """The dbt project cannot be parsed."""


def fresh_manifest(settings: Settings) -> Path:
    """See to it that the manifest is there and as new as the project.

    Args:
        settings: Whose home holds it.

    Returns:
        Its path.

    Raises:
        ProjectError: dbt does not parse the project.
    """
    manifest = dbt_folder(settings) / "manifest.json"
    if not _is_stale(manifest):
        return manifest
    # `dagster dev` loads the definitions in several processes at once: one parses, the others wait.
    with _locked(manifest.parent):
        if _is_stale(manifest):
            _parse(settings)
    return manifest


def _is_stale(manifest: Path) -> bool:
    return not manifest.exists() or manifest.stat().st_mtime_ns < max(_change_times())


def _change_times() -> Iterator[int]:
    # A folder's own time moves when a file in it is added, renamed or removed.
    for name in PROJECT_FILES:
        path = PROJECT_ROOT / name
        yield path.stat().st_mtime_ns
        yield from (inner.stat().st_mtime_ns for inner in path.rglob("*"))


def _parse(settings: Settings) -> None:
    outcome = subprocess.run(
        [DBT, "--quiet", "parse", *PLACES],
        env=os.environ | dbt_environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode:
        raise ProjectError(f"dbt cannot parse the project: {outcome.stdout}; run `dbt parse`.")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "parse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
