"""dbt's pages about models, columns and metrics: made as one file, shown to this machine.

What flows through: settings in; a page that needs no server out, or a server of it for as long as a
person reads.
Belongs here: making the page, and who is answered with it. Does not belong here: what the page says
(descriptions in `dbt_project`).
"""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from loaders.errors import ChhimekiError
from loaders.settings import Settings
from orchestration.manifest import DBT, PLACES
from orchestration.state import dbt_environment

HOST = "127.0.0.1"
# A page elsewhere that names itself to this address must not be answered (DNS rebinding).
NAMES = {HOST, "localhost"}
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    # dbt's page has its scripts and styles in itself; what it asks another host for is refused.
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' 'unsafe-eval' data:",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class PagesError(ChhimekiError):
    """The pages cannot be made or shown."""


def make_pages(settings: Settings) -> Path:
    """Make dbt's pages about models and columns, as one file that needs no server.

    Args:
        settings: The warehouse, up.

    Returns:
        The file.

    Raises:
        PagesError: dbt does not make them.
    """
    command = [DBT, "--quiet", "docs", "generate", "--static", *PLACES]
    outcome = subprocess.run(
        command,
        env=os.environ | dbt_environment(settings) | {"DBT_TARGET_PATH": str(_folder(settings))},
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode:
        said = " ".join(outcome.stdout.split())
        raise PagesError(f"dbt cannot make its pages: {said}; run `dbt docs generate`.")
    return _page(settings)


def show_pages(settings: Settings, port: int, on_ready: Callable[[str], None]) -> None:
    """Make the pages and serve them until interrupted.

    Args:
        settings: The warehouse, up.
        port: Where on this machine; 0 takes a free one.
        on_ready: Told the address, once it answers.

    Raises:
        PagesError: The port is taken, or dbt does not make the pages.
    """
    # The port first: who cannot be served need not wait for the pages.
    with server_of(_page(settings), port) as server:
        make_pages(settings)
        on_ready(f"http://{HOST}:{server.server_port}/")
        server.serve_forever()


def server_of(page: Path, port: int) -> HTTPServer:
    """Listen on this machine; `serve_forever` of what comes back answers.

    Args:
        page: What is answered with.
        port: Where; 0 takes a free one.

    Raises:
        PagesError: The port is taken.
    """

    class Page(_Page):
        path_of_page = page

    try:
        return ThreadingHTTPServer((HOST, port), Page)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PagesError(f"Port {port} is taken; name another with --port.") from error


class _Page(BaseHTTPRequestHandler):
    """One page, to this machine."""

    path_of_page: Path

    def do_GET(self) -> None:
        """Answer with the page, and nobody who asks for another host or path."""
        if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in NAMES:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        elif urlsplit(self.path).path != "/":
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            self._answer(self.path_of_page.read_bytes())

    def _answer(self, content: bytes) -> None:
        self.send_response(HTTPStatus.OK)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        # A reader may leave before the last of five megabytes.
        with suppress(ConnectionError):
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Stay silent: the terminal is the person's."""


def _folder(settings: Settings) -> Path:
    return settings.home / "dbt_docs"


def _page(settings: Settings) -> Path:
    return _folder(settings) / "static_index.html"
