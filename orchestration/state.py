"""Where the tools keep their state below the home, and the environment they run in.

What flows through: settings in; folders and environment variables out.
Belongs here: paths and variables of dbt, Dagster, Data Docs. Does not belong here: running any.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml

from loaders.roles import Role
from loaders.settings import PROJECT_ROOT, Settings

INSTANCE_FILE = "dagster.yaml"
RELATIVE_HOME = Path(".chhimeki")


def dbt_folder(settings: Settings) -> Path:
    """Name the folder of dbt's target files and logs for our own runs.

    Args:
        settings: Whose home.

    Returns:
        An absolute path; plain `dbt` at the repository root keeps using `target/` there.
    """
    return settings.home / "dbt"


def dbt_environment(settings: Settings) -> dict[str, str]:
    """Spell what dbt needs, always the same: a changed variable would make it parse anew.

    Args:
        settings: The warehouse.

    Returns:
        Variables to lay over the environment.
    """
    folder = str(dbt_folder(settings))
    return settings.as_role(Role.TRANSFORMER).environment() | {
        "DBT_TARGET_PATH": folder,
        "DBT_LOG_PATH": folder,
        # Its default writes ten megabytes a run.
        "DBT_LOG_LEVEL_FILE": "info",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def data_docs_folder(settings: Settings) -> Path:
    """Name the folder of the pages that tell what the quality checks found.

    Args:
        settings: Whose home.
    """
    return settings.home / "data_docs"


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Lay variables over this process's environment for a while.

    Args:
        variables: Values by name; what they hid comes back afterwards.

    Yields:
        Nothing.
    """
    hidden = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in hidden.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def standard_input(descriptor: int) -> Iterator[None]:
    """Give child processes that are started meanwhile a file as their standard input.

    Args:
        descriptor: The file.

    Yields:
        Nothing.
    """
    kept = os.dup(0)
    os.dup2(descriptor, 0)
    try:
        yield
    finally:
        os.dup2(kept, 0)
        os.close(kept)


def dagster_home(settings: Settings) -> Path:
    """Make the folder that DAGSTER_HOME names for this home.

    Args:
        settings: Whose home.

    Returns:
        The folder, which holds the project's `dagster.yaml` with this home's folders in it.
    """
    folder = settings.home / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    instance = yaml.safe_load((PROJECT_ROOT / INSTANCE_FILE).read_text(encoding="utf-8"))
    content = yaml.safe_dump(_moved(instance, settings.home), sort_keys=False)
    target = folder / INSTANCE_FILE
    if not target.exists() or target.read_text(encoding="utf-8") != content:
        target.write_text(content, encoding="utf-8")
    return folder


def _moved(value: object, home: Path) -> object:
    if isinstance(value, dict):
        return {key: _moved(inner, home) for key, inner in value.items()}
    if isinstance(value, str) and Path(value).is_relative_to(RELATIVE_HOME):
        return str(home / Path(value).relative_to(RELATIVE_HOME))
    return value
