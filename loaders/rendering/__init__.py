"""The committed dbt files that follow from the event catalogue.

What flows through: a `Catalogue` in, file contents by path out (`render`, pure); `write` puts them
into the project, `check` names those that differ, so that the catalogue and SQL cannot part.
Belongs here: which files there are, and the comparison with the disk. Does not belong here: what
stands in them (`sql`, `documentation`), and what the catalogue may say (`loaders.catalogue`).
`chhimeki catalogue render` and `chhimeki catalogue check` run it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from loaders.catalogue import Catalogue, load_catalogue
from loaders.rendering.documentation import typed_view_documentation
from loaders.rendering.sql import typed_view_sql, validation_sql
from loaders.settings import PROJECT_ROOT

NOTICE = "rendered from loaders/catalogue by `chhimeki catalogue render`, do not edit"
VIEWS = "dbt_project/models/events"
VALIDATION = "dbt_project/models/intermediate/events/int_events_validated.sql"
SEED = "dbt_project/seeds/event_types.csv"


def render(catalogue: Catalogue) -> dict[str, str]:
    """Derive every file.

    Args:
        catalogue: What to derive them from.

    Returns:
        Contents by path relative to the project's root.
    """
    files = {
        SEED: _seed(catalogue),
        VALIDATION: f"-- {NOTICE}\n{validation_sql(catalogue)}",
    }
    for event_type in catalogue.event_types:
        view = f"{VIEWS}/{event_type.name}"
        files[f"{view}.sql"] = f"-- {NOTICE}\n{typed_view_sql(event_type)}"
        documentation = typed_view_documentation(event_type, catalogue.envelope)
        files[f"{view}.yml"] = f"# {NOTICE}\n{documentation}"
    return files


def write(root: Path = PROJECT_ROOT) -> list[str]:
    """Bring the project's files up to date with its catalogue.

    Args:
        root: The project's root.

    Returns:
        Paths relative to it that were written, or removed since no event type is behind them.

    Raises:
        CatalogueError: A file of the catalogue is wrong; nothing was written.
    """
    files = render(load_catalogue())
    drifted = list(_drifted(root, files))
    for path in drifted:
        if path in files:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(files[path].encode())
        else:
            (root / path).unlink()
    return drifted


def check(root: Path = PROJECT_ROOT) -> list[str]:
    """Compare the project's files with its catalogue.

    Args:
        root: The project's root.

    Returns:
        Paths relative to it that `write` would write or remove; empty when all is well.

    Raises:
        CatalogueError: A file of the catalogue is wrong.
    """
    return list(_drifted(root, render(load_catalogue())))


def _drifted(root: Path, files: dict[str, str]) -> Iterator[str]:
    for path, content in files.items():
        if not (root / path).is_file() or (root / path).read_bytes() != content.encode():
            yield path
    for found in sorted((root / VIEWS).glob("*.*")):
        path = found.relative_to(root).as_posix()
        if path not in files and NOTICE.encode() in found.read_bytes():
            yield path


def _seed(catalogue: Catalogue) -> str:
    content = io.StringIO()
    rows = csv.writer(content, lineterminator="\n")
    rows.writerow(["event_name", "event_category", "is_interaction", "description"])
    for one in catalogue.event_types:
        interaction = "true" if one.interaction else "false"
        rows.writerow([one.name, one.category, interaction, one.description])
    return content.getvalue()
