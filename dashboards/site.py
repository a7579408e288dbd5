"""The site: all answers of one moment, written as a folder that needs nothing else.

What flows through: a connection as the analyst and the answers that others give in, a folder of
pages, style, script and rows out.
Belongs here: reading in one snapshot, and replacing the folder at once. Does not belong here: what
is on a page (`pages`, `rendering`), how it is served (`serving`).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import vl_convert

from dashboards.model import Answer, Edition
from dashboards.pages import PAGES
from dashboards.queries import AS_OF, DashboardsError, ask, ask_all
from dashboards.rendering import render
from loaders.roles import Role
from loaders.settings import Settings

TEMPLATES = Path(__file__).parent / "templates"
COPIED = ("site.css", "drawing.js", "site.js")
LIBRARY = "vega.js"
INDEX = "index.html"


def write_site(
    settings: Settings, folder: Path, supplied: Mapping[str, Answer], time_zone: str
) -> Path:
    """Read everything as the analyst and write the site.

    Args:
        settings: The warehouse, up.
        folder: Where to; one that holds a site is replaced, no other.
        supplied: Answers that the analyst may not ask for, by query.
        time_zone: The zone whose days the tables have.

    Returns:
        The page to open.

    Raises:
        DashboardsError: The models are not built, or the folder holds something else.
    """
    _refuse_foreign(folder)
    files = _pages(settings, supplied, time_zone)
    files[LIBRARY] = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    files |= {name: (TEMPLATES / name).read_text(encoding="utf-8") for name in COPIED}
    _replace(folder, files)
    return folder / INDEX


def _pages(settings: Settings, supplied: Mapping[str, Answer], time_zone: str) -> dict[str, str]:
    with psycopg.connect(settings.as_role(Role.ANALYST).conninfo()) as connection:
        # One snapshot: charts of one site never contradict each other.
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        ((as_of,),) = ask(connection, AS_OF).rows
        asked = {page.name: ask_all(connection, page, time_zone) for page in PAGES}
    answers = {
        page.name: asked[page.name] | {query: supplied[query] for query in page.supplied}
        for page in PAGES
    }
    day = datetime.fromisoformat(str(as_of)).date() if as_of else None
    return render(PAGES, answers, Edition(day, datetime.now(UTC)))


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / LIBRARY).exists():
        raise DashboardsError(f"{folder} holds something else than dashboards; name a new folder.")


def _replace(folder: Path, files: Mapping[str, str]) -> None:
    """Whoever reads meanwhile sees the old site or the new one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as beside:
        made, old = Path(beside) / "made", Path(beside) / "old"
        made.mkdir(mode=0o755)
        for name, text in files.items():
            (made / name).write_text(text, encoding="utf-8")
        if folder.exists():
            folder.rename(old)
        made.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
