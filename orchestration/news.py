"""Whether a run has anything to do: what the last one that held saw, against what is there now.

What flows through: settings and paths in, yes or no out; after a run, a note of the present.
Belongs here: the comparison. Does not belong here: any of the work. Whatever the note does not know
is news: another server, another build in between, a relation gone, one file of the project changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg

from loaders.pipeline import have_landed
from loaders.settings import PROJECT_ROOT, Settings

# What a run works with; a change of the rest, such as a test, makes no other numbers.
PROJECT = (
    "dbt_project.yml",
    "profiles.yml",
    "dbt_project",
    "expectations",
    "loaders",
    "orchestration",
)

BUILT = "select to_regclass('intermediate.builds') is not null"
WAREHOUSE = """
    select
        (select max(landing_order) from raw.loads),
        (select max(build_id) from intermediate.builds),
        (
            select md5(string_agg(pg_class.oid::text, ',' order by pg_class.oid))
            from pg_class
            inner join pg_namespace on pg_namespace.oid = pg_class.relnamespace
            where nspname in (
                'staging', 'intermediate', 'marts', 'metrics', 'events', 'analysis', 'analyst'
            )
        )
"""


def nothing_new(settings: Settings, paths: Sequence[str]) -> bool:
    """Say whether a run would land nothing, build nothing else and check the same again.

    Args:
        settings: The warehouse, up.
        paths: Files to land.

    Returns:
        Whether all is as the last run that held left it, and every file has landed.
    """
    note = _note(settings)
    if not note.exists() or note.read_text(encoding="utf-8") != _present(settings):
        return False
    return have_landed(paths, settings)


def remember(settings: Settings) -> None:
    """Note the present, after a run that held.

    Args:
        settings: The warehouse, up.
    """
    _note(settings).write_text(_present(settings), encoding="utf-8")


def forget(settings: Settings) -> None:
    """Drop the note, before a run that may not hold.

    Args:
        settings: Whose home.
    """
    _note(settings).unlink(missing_ok=True)


def _note(settings: Settings) -> Path:
    return settings.home / "last_run.json"


def _present(settings: Settings) -> str:
    server = [settings.host, settings.port, settings.database]
    with psycopg.connect(settings.conninfo()) as connection:
        (built,) = next(iter(connection.execute(BUILT)))
        warehouse = connection.execute(WAREHOUSE).fetchone() if built else None
    return json.dumps({"server": server, "warehouse": warehouse, "project": _project()})


def _project() -> str:
    content = hashlib.sha256()
    for path in _project_files():
        content.update(f"{path.relative_to(PROJECT_ROOT)}\0".encode())
        content.update(path.read_bytes())
    return content.hexdigest()


def _project_files() -> Iterator[Path]:
    for name in PROJECT:
        path = PROJECT_ROOT / name
        inner = path.rglob("*") if path.is_dir() else [path]
        yield from sorted(one for one in inner if one.is_file() and one.suffix != ".pyc")
