"""dbt's pages about models, columns and metrics: made as one file, shown to this machine.

What flows through: settings in; a page that needs no server out, or a server of it for as long as a
person reads.
Belongs here: making the page. Does not belong here: what it says (descriptions in `dbt_project`),
who is answered with it (`serving`).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from loaders.errors import ChhimekiError
from loaders.settings import Settings
from orchestration.manifest import DBT, PLACES
from orchestration.serving import address_of, server_of
from orchestration.state import dbt_environment

# dbt's page has its scripts and styles in itself; what it asks another host for is refused.
POLICY = {"Content-Security-Policy": "default-src 'self' 'unsafe-inline' 'unsafe-eval' data:"}


class PagesError(ChhimekiError):
    """The pages cannot be made."""


def make_pages(settings: Settings) -> Path:
    """Make dbt's pages about models and columns, as one file that needs no server.

    Args:
        settings: The warehouse, up.

    Returns:
        The file.

    Raises:
        PagesError: dbt does not make them.
    """
    page = page_of(settings)
    command = [DBT, "--quiet", "docs", "generate", "--static", *PLACES]
    outcome = subprocess.run(
        command,
        env=os.environ | dbt_environment(settings) | {"DBT_TARGET_PATH": str(page.parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode:
        said = " ".join(outcome.stdout.split())
        raise PagesError(f"dbt cannot make its pages: {said}; run `dbt docs generate`.")
    page.parent.mkdir(exist_ok=True)
    return (page.parents[1] / "static_index.html").replace(page)


def show_pages(settings: Settings, port: int, on_ready: Callable[[str], None]) -> None:
    """Make the pages and serve them until interrupted.

    Args:
        settings: The warehouse, up.
        port: Where on this machine; 0 takes a free one.
        on_ready: Told the address, once it answers.

    Raises:
        PagesError: dbt does not make them.
        ServingError: The port is taken.
    """
    # The port first: who cannot be served need not wait for the pages.
    with server_of(page_of(settings).parent, port, POLICY) as server:
        make_pages(settings)
        on_ready(address_of(server))
        server.serve_forever()


def page_of(settings: Settings) -> Path:
    """Name the page, which lies alone in its folder.

    Args:
        settings: Whose home.
    """
    return settings.home / "dbt_docs" / "site" / "index.html"
