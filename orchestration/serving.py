"""A server of pages for one's own machine.

What flows through: requests of a browser on this machine in, files of one folder out.
Belongs here: what is answered and to whom. Does not belong here: what the files are
(`dashboard_site`, `dbt_docs`).
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from loaders.errors import ChhimekiError

HOST = "127.0.0.1"
# A page elsewhere that names itself to this address must not be answered (DNS rebinding).
NAMES = {HOST, "localhost"}
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
NONE: Mapping[str, str] = {}


class ServingError(ChhimekiError):
    """Pages cannot be shown."""


class _Handler(SimpleHTTPRequestHandler):
    """Files of the folder, to this machine."""

    told: Mapping[str, str]

    def send_head(self) -> BytesIO | BinaryIO | None:
        """Answer nobody who asks for another host, and list no folder."""
        if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in NAMES:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return None
        return super().send_head()

    def list_directory(self, path: object) -> None:
        """Say that there is nothing."""
        del path
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """Add what keeps pages fresh and to themselves."""
        for name, value in self.told.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent: the terminal is the person's."""


def server_of(folder: Path, port: int, headers: Mapping[str, str] = NONE) -> ThreadingHTTPServer:
    """Listen on this machine; `serve_forever` of what comes back answers.

    Args:
        folder: The pages; `index.html` opens them.
        port: Where; 0 takes a free one.
        headers: What each answer says besides.

    Raises:
        ServingError: The port is taken.
    """

    class Handler(_Handler):
        told = HEADERS | dict(headers)

    try:
        return ThreadingHTTPServer((HOST, port), partial(Handler, directory=str(folder)))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise ServingError(f"Port {port} is taken; name another with --port.") from error


def address_of(server: ThreadingHTTPServer) -> str:
    """Spell where a server listens.

    Args:
        server: Which.
    """
    return f"http://{HOST}:{server.server_port}/"
