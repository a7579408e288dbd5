"""Receivers of alerts that really listen: a webhook, and a mail server that knows little SMTP."""

from __future__ import annotations

import json
import socketserver
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

Receiver = TypeVar("Receiver", bound=socketserver.BaseServer)


class WebhookReceiver(ThreadingHTTPServer):
    """Takes posts.

    Attributes:
        posts: What came, whatever was answered.
        answers: Statuses to answer with, one a post; 200 once they are used up.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Posts)
        self.posts: list[dict[str, Any]] = []
        self.answers: deque[int] = deque()

    @property
    def address(self) -> str:
        """Where it listens, with a secret in its path as such addresses have."""
        return f"http://127.0.0.1:{self.server_port}/hooks/hush"


class _Posts(BaseHTTPRequestHandler):
    server: WebhookReceiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.posts.append(body | {"headers": dict(self.headers)})
        self.send_response(self.server.answers.popleft() if self.server.answers else 200)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class MailReceiver(socketserver.ThreadingTCPServer):
    """Takes mails.

    Attributes:
        tls: What it proves itself by, after STARTTLS; none for a server without TLS.
        mails: What was taken.
        commands: Every line that was said to it outside of a mail.
        refusals: Answers by command, such as `{"RCPT": "550 unknown"}`; the rest is taken.
    """

    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext | None = None, *, at_once: bool = False) -> None:
        """Listen; `at_once` for TLS from the first byte, without STARTTLS."""
        super().__init__(("127.0.0.1", 0), _Mails)
        self.tls = None if at_once else tls
        if tls and at_once:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.mails: list[EmailMessage] = []
        self.commands: list[str] = []
        self.refusals: dict[str, str] = {}

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def handle_error(self, *_: object) -> None:
        """Print nothing of a client that went away."""


class _Mails(socketserver.StreamRequestHandler):
    server: MailReceiver

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline():
            said = line.decode(errors="replace").strip()
            self.server.commands.append(said)
            command = said.partition(" ")[0].upper()
            if answer := self.server.refusals.get(command):
                self._say(answer)
            elif command == "EHLO":
                offers = "250-STARTTLS\r\n" if self.server.tls else ""
                self._say(f"250-here\r\n{offers}250 AUTH PLAIN")
            elif command == "STARTTLS" and self.server.tls:
                self._say("220 go on")
                self.request = self.server.tls.wrap_socket(self.request, server_side=True)
                self.setup()
            elif command == "AUTH":
                self._say("235 welcome")
            elif command == "DATA":
                self._take()
            else:
                self._say("221 bye" if command == "QUIT" else "250 so be it")

    def _take(self) -> None:
        self._say("354 go on")
        lines = iter(self.rfile.readline, b".\r\n")
        self.server.mails.append(message_from_bytes(b"".join(lines), policy=default))
        self._say("250 taken")

    def _say(self, answer: str) -> None:
        self.wfile.write(answer.encode() + b"\r\n")


@contextmanager
def listening(receiver: Receiver) -> Iterator[Receiver]:
    """Let a receiver listen in a thread for the length of a `with`."""
    with receiver:
        thread = threading.Thread(target=receiver.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
            thread.join()
