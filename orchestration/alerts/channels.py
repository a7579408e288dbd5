"""Where alerts are told: the log, a webhook, mail.

What flows through: messages in; a receiver that has taken them, or an error without secrets, out.
Belongs here: sending one message, once. Does not belong here: trying again (`ledger`), words
(`messages`).
"""

from __future__ import annotations

import logging
import smtplib
import socket
import ssl
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.client import HTTPException
from typing import Protocol
from urllib.error import HTTPError, URLError

from expectations.rules import Severity
from orchestration.alerts.messages import Event, Message
from orchestration.alerts.settings import AlertSettings, MailSettings

# A sensor has a minute for all of its work.
TIMEOUT_SECONDS = 10
LEVELS = {Severity.CRITICAL: logging.ERROR, Severity.WARNING: logging.WARNING}


class NotTakenError(Exception):
    """A receiver did not take a message; says why, without address, login or password."""


class Channel(Protocol):
    """A way to tell somebody."""

    @property
    def name(self) -> str:
        """What the ledger calls it."""

    def send(self, message: Message) -> None:
        """Send a message.

        Args:
            message: What to tell.

        Raises:
            NotTakenError: It was not taken; it may be tried again.
        """


@dataclass(frozen=True)
class Log:
    """The log.

    Attributes:
        loggers: Where lines go.
    """

    loggers: Sequence[logging.Logger]
    name: str = "log"

    def send(self, message: Message) -> None:
        """Write one line: an error, a warning, or for what is resolved a note."""
        level = LEVELS[message.severity] if message.event is Event.OPENED else logging.INFO
        for logger in self.loggers:
            logger.log(level, "%s [%s]", message.line, message.key)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Lets a redirect fail: followed, a POST would become a GET without its message."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""


@dataclass(frozen=True)
class Webhook:
    """A POST of JSON.

    Attributes:
        address: Where to; `http` or `https`.
    """

    address: str = field(repr=False)
    name: str = "webhook"

    def send(self, message: Message) -> None:
        """Post the message; any answer but 2xx says that it was not taken."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.id}
        request = urllib.request.Request(self.address, message.as_json(), headers)  # noqa: S310
        try:
            opener = urllib.request.build_opener(_NoRedirects)
            opener.open(request, timeout=TIMEOUT_SECONDS).close()
        except HTTPError as error:
            error.close()
            raise NotTakenError(f"the webhook answered {error.code}") from None
        except URLError as error:
            raise NotTakenError(f"the webhook: {_reason(error.reason)}") from None
        except (OSError, HTTPException, ValueError) as error:
            raise NotTakenError(f"the webhook: {_reason(error)}") from None


@dataclass(frozen=True)
class Mail:
    """A mail by SMTP.

    Attributes:
        settings: The server, and who writes to whom.
    """

    settings: MailSettings
    name: str = "mail"

    def send(self, message: Message) -> None:
        """Send the message as a mail."""
        self.deliver(message.as_mail(self.settings.sender, self.settings.recipients))

    def deliver(self, mail: EmailMessage) -> None:
        """Send a mail; it is taken where the server takes it for one recipient at least.

        Args:
            mail: From and to whom it says.

        Raises:
            NotTakenError: It was not taken; it may be tried again.
        """
        try:
            self._send(mail)
        except smtplib.SMTPResponseException as error:
            raise NotTakenError(f"the mail server answered {error.smtp_code}") from None
        except (OSError, ValueError) as error:
            raise NotTakenError(f"the mail server: {_reason(error)}") from None

    def _send(self, mail: EmailMessage) -> None:
        smtp = self._connected()
        try:
            if self.settings.tls == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            if self.settings.user:
                smtp.login(self.settings.user, self.settings.password)
            smtp.send_message(mail)
        finally:
            # What went wrong before is told; after the message was taken nothing can.
            with suppress(OSError):
                smtp.quit()

    def _connected(self) -> smtplib.SMTP:
        # The default name asks the resolver, which may take seconds to know nothing.
        where = (self.settings.host, self.settings.port, socket.gethostname())
        if self.settings.tls == "immediate":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(*where, timeout=TIMEOUT_SECONDS, context=context)
        return smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)


def _reason(error: object) -> str:
    """Say what is wrong by the system's words, or by the error's name: its text may quote us."""
    return str(getattr(error, "strerror", None) or type(error).__name__)


def channels(settings: AlertSettings, loggers: Sequence[logging.Logger]) -> list[Channel]:
    """Make the channels that are set.

    Args:
        settings: Who is told besides the log.
        loggers: What the log is.
    """
    found: list[Channel] = [Log(loggers)]
    if settings.webhook:
        found.append(Webhook(settings.webhook))
    if settings.mail:
        found.append(Mail(settings.mail))
    return found
