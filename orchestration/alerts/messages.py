"""What is told of an alert: one message, in the forms that channels send.

What flows through: a message of the ledger in; a line, JSON or a mail out.
Belongs here: words and forms. Does not belong here: sending, deciding what is due.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from enum import StrEnum

from expectations.rules import Severity

SUBJECT_WIDTH = 120


class Event(StrEnum):
    """What happened to an alert."""

    OPENED = "opened"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Message:
    """One event of one alert.

    Attributes:
        alert_id: The alert.
        event: What happened to it.
        key: Names its cause.
        kind: What sort of thing its cause is.
        severity: Whether it stops something, or somebody should look.
        text: What is wrong, in one line.
        opened_at: When it was first seen.
        closed_at: When it was seen to be gone; none while it lasts.
        attempts: How often somebody began to tell it on the channel it is for, this time included.
        warehouse: Host, port and database.
    """

    alert_id: int
    event: Event
    key: str
    kind: str
    severity: Severity
    text: str
    opened_at: datetime
    closed_at: datetime | None
    attempts: int
    warehouse: str

    @property
    def id(self) -> str:
        """The same however often it is sent, so that a receiver can drop what it has had."""
        named = f"{self.warehouse} {self.opened_at.timestamp()} {self.key} {self.event}"
        return str(uuid.uuid5(uuid.NAMESPACE_URL, named))

    @property
    def line(self) -> str:
        """The message in one line."""
        what = self.severity.value if self.event is Event.OPENED else "resolved"
        return f"{what}: {self.text}"

    def as_json(self) -> bytes:
        """Spell it for a webhook."""
        return json.dumps(
            {
                "id": self.id,
                "event": self.event,
                "key": self.key,
                "kind": self.kind,
                "severity": self.severity,
                # The one field that chat programs show.
                "text": self.line,
                "opened_at": self.opened_at.astimezone(UTC).isoformat(),
                "closed_at": self.closed_at and self.closed_at.astimezone(UTC).isoformat(),
                "warehouse": self.warehouse,
            }
        ).encode()

    def as_mail(self, sender: str, recipients: str) -> EmailMessage:
        """Spell it as a mail.

        Args:
            sender: Address it comes from.
            recipients: Addresses it goes to, separated by commas.
        """
        mail = EmailMessage()
        mail["Subject"] = f"[chhimeki] {self.line}"[:SUBJECT_WIDTH]
        mail["From"], mail["To"] = sender, recipients
        mail["Date"] = self.closed_at or self.opened_at
        mail["Message-ID"] = f"<{self.id}@chhimeki>"
        # Keeps holiday notices from answering.
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Chhimeki-Alert"] = self.key
        since = f"since {_utc(self.opened_at)}"
        until = f" until {_utc(self.closed_at)}" if self.closed_at else ""
        about = [self.line, "", f"{since}{until}", f"warehouse {self.warehouse}", self.key, ""]
        mail.set_content("\n".join(about))
        return mail


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
