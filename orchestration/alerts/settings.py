"""Who is told, and when a source counts as stale: settings read from the environment.

What flows through: environment variables in, one frozen `AlertSettings` out.
Belongs here: names, defaults and checks of variables. Does not belong here: sending anything.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import getaddresses
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from loaders.errors import SettingsError

STALE_HOURS = "CHHIMEKI_STALE_HOURS"
WEBHOOK = "CHHIMEKI_ALERT_WEBHOOK"
SMTP = "CHHIMEKI_ALERT_SMTP"
SENDER = "CHHIMEKI_ALERT_FROM"
RECIPIENTS = "CHHIMEKI_ALERT_TO"
# A daily delivery may be half a day late. Less tells sooner, and of every delay.
DEFAULT_STALE_HOURS = 36
SMTP_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class MailSettings:
    """A mail server, and who writes to whom.

    Attributes:
        host: Name or address of the server.
        port: TCP port.
        tls: `immediate` (smtps), `starttls`, or `none` for a server on a line one trusts.
        user: Login; empty for a server that asks for none.
        password: Its password.
        sender: Address that mails come from.
        recipients: Addresses, separated by commas.
    """

    host: str
    port: int
    tls: str
    user: str
    password: str = field(repr=False)
    sender: str
    recipients: str


@dataclass(frozen=True)
class AlertSettings:
    """Who is told of alerts besides the log.

    Attributes:
        stale_after: Time without a new file after which the source is stale.
        webhook: Address that is posted to; none for no webhook. It often holds a secret.
        mail: The mail server; none for no mail.
    """

    stale_after: timedelta
    webhook: str | None = field(repr=False)
    mail: MailSettings | None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> AlertSettings:
        """Read the settings; a variable that is set but empty counts as not set.

        Args:
            environ: Variables by name.

        Returns:
            The settings they describe.

        Raises:
            SettingsError: A value cannot be used. The message does not quote one that may hold a
                secret.
        """
        return cls(_hours(environ), _webhook(environ), _mail(environ))


def _hours(environ: Mapping[str, str]) -> timedelta:
    text = environ.get(STALE_HOURS) or str(DEFAULT_STALE_HOURS)
    if not re.fullmatch("[1-9][0-9]{0,4}", text):
        raise SettingsError(f"{STALE_HOURS} is {text!r}; set it to a whole number of hours.")
    return timedelta(hours=int(text))


def _webhook(environ: Mapping[str, str]) -> str | None:
    address = environ.get(WEBHOOK)
    if not address:
        return None
    parts, _ = _address(WEBHOOK, address, {"http": 80, "https": 443})
    if "@" in parts.netloc:
        raise SettingsError(f"{WEBHOOK} holds a login; put what authorizes it into its path.")
    return address


def _mail(environ: Mapping[str, str]) -> MailSettings | None:
    address, sender, recipients = (environ.get(name) for name in (SMTP, SENDER, RECIPIENTS))
    if not address and not sender and not recipients:
        return None
    if not address or not sender or not recipients:
        raise SettingsError(f"Mail needs {SMTP}, {SENDER} and {RECIPIENTS}; set all or none.")
    _check_addresses(SENDER, sender)
    _check_addresses(RECIPIENTS, recipients)
    parts, port = _address(SMTP, address, SMTP_PORTS)
    return MailSettings(
        host=str(parts.hostname),
        port=port,
        tls=_tls(parts),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=sender,
        recipients=recipients,
    )


def _address(name: str, address: str, ports: Mapping[str, int]) -> tuple[SplitResult, int]:
    """Take an address apart, without quoting it in an error: it may hold a secret."""
    schemes = " or ".join(f"{scheme}://" for scheme in ports)
    wrong = SettingsError(f"{name} is not an address of the form {schemes}host; mend it.")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in ports or not parts.hostname or not re.fullmatch(r"[!-~]+", address):
        raise wrong
    return parts, port or ports[parts.scheme]


def _check_addresses(name: str, text: str) -> None:
    found = [address for _, address in getaddresses([text])]
    if not text.isprintable() or not all("@" in address for address in found):
        raise SettingsError(f"{name} is no mail address, or several with commas between; mend it.")


def _tls(parts: SplitResult) -> str:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    choice = options.pop("starttls", "yes")
    if options or choice not in ("yes", "no") or parts.path not in ("", "/"):
        raise SettingsError(f"{SMTP} knows one option, starttls=no; leave out all else.")
    if parts.scheme == "smtps":
        return "immediate"
    return "starttls" if choice == "yes" else "none"
