"""The weekly report, made, kept and mailed.

What flows through: settings in; a file in a folder out, and a mail where one is set.
Belongs here: where reports lie and who gets them. Does not belong here: what a report says
(`dashboards.report`), how mail is sent (`orchestration.alerts.channels`).
"""

from __future__ import annotations

import os
import uuid
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from tempfile import NamedTemporaryFile

from dashboards.report.model import Report
from dashboards.report.reading import read_report
from dashboards.report.rendering import Pages, render_report
from loaders.settings import Settings
from orchestration.alerts.channels import Mail
from orchestration.alerts.settings import MailSettings
from orchestration.project import reporting_zone

READABLE = 0o644


def report_folder(settings: Settings) -> Path:
    """Name the folder of the reports of all weeks.

    Args:
        settings: Whose home.
    """
    return settings.home / "reports"


def make_report(settings: Settings, day: date | None = None) -> Report:
    """Read the report of a week.

    Args:
        settings: The warehouse, up.
        day: A date of the week; none for the last week that is over.
    """
    return read_report(settings, reporting_zone(), day)


def keep_report(settings: Settings, report: Report, out: Path | None = None) -> Path:
    """Write a report as one page; an earlier reading of the same week is replaced.

    Args:
        settings: Whose home.
        report: Which.
        out: The file; none for the one of its week in the home.

    Returns:
        The file.
    """
    path = (out or report_folder(settings) / f"{report.name}.html").resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as beside:
        beside.write(render_report(report).html)
    Path(beside.name).chmod(READABLE)
    os.replace(beside.name, path)  # noqa: PTH105 - pathlib's would need the path twice
    return path


def mail_report(settings: Settings, mail: MailSettings, report: Report) -> None:
    """Mail a report.

    Args:
        settings: The warehouse, which the mail's id names.
        mail: The server, and who writes to whom.
        report: Which.

    Raises:
        NotTakenError: The server did not take it.
    """
    Mail(mail).deliver(as_mail(settings, mail, report))


def as_mail(settings: Settings, mail: MailSettings, report: Report) -> EmailMessage:
    """Spell a report as a mail: HTML, and plain text for who reads none.

    Args:
        settings: The warehouse.
        mail: Who writes to whom.
        report: Which.
    """
    pages: Pages = render_report(report)
    spelled = EmailMessage()
    spelled["Subject"] = f"[chhimeki] {pages.title}"
    spelled["From"], spelled["To"] = mail.sender, mail.recipients
    spelled["Date"] = report.made_at
    # The same however often it is sent, so that a step tried again makes no second mail.
    named = f"{settings.host}:{settings.port}/{settings.database} report {report.name}"
    spelled["Message-ID"] = f"<{uuid.uuid5(uuid.NAMESPACE_URL, named)}@chhimeki>"
    spelled["Auto-Submitted"] = "auto-generated"
    spelled.set_content(pages.text)
    spelled.add_alternative(pages.html, subtype="html")
    return spelled
