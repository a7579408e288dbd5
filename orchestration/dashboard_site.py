"""The dashboards, made and shown.

What flows through: settings in; a site in a folder, or on this machine's port, out.
Belongs here: what the pages need from others than the analyst, and where the site lies. Does not
belong here: questions and pages (`dashboards`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dashboards.site import write_site
from loaders.settings import Settings
from orchestration.project import reporting_zone
from orchestration.quality_answers import quality_answers
from orchestration.serving import address_of, server_of


def site_folder(settings: Settings) -> Path:
    """Name the folder of the site that each night makes anew.

    Args:
        settings: Whose home.
    """
    return settings.home / "dashboards"


def make_site(settings: Settings, folder: Path) -> Path:
    """Read the warehouse and write the site.

    Args:
        settings: The warehouse, up.
        folder: Where to; one that holds a site is replaced.

    Returns:
        The page to open.
    """
    zone = reporting_zone()
    return write_site(settings, folder.resolve(), quality_answers(settings, zone), zone)


def show_site(settings: Settings, port: int, on_ready: Callable[[str], None]) -> None:
    """Make the site in the home and serve it until interrupted.

    Args:
        settings: The warehouse, up.
        port: Where on this machine; 0 takes a free one.
        on_ready: Told the address, once it answers.
    """
    # The port first: who cannot be served need not wait for the numbers.
    with server_of(site_folder(settings), port) as server:
        make_site(settings, site_folder(settings))
        on_ready(address_of(server))
        server.serve_forever()
