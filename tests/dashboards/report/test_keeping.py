"""The report as a file, as a mail that a server really takes, as an asset and as a command."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from dagster import AssetKey, materialize

from dashboards.pages import experiments
from dashboards.queries import text_of
from dashboards.report import reading
from dashboards.report.model import Report
from dashboards.report.rendering import render_report
from loaders.settings import Settings
from orchestration.alerts.channels import NotTakenError
from orchestration.alerts.settings import AlertSettings, MailSettings
from orchestration.cli import main
from orchestration.weekly_report import keep_report, mail_report, report_folder
from tests.dashboards.report.planted import LAST_WEEK
from tests.orchestration.alert_receivers import MailReceiver, listening

TABLES = r"\b((?:analyst|marts|metrics)\.[a-z_]+)"


@pytest.fixture
def mailbox() -> Iterator[MailReceiver]:
    with listening(MailReceiver()) as receiver:
        yield receiver


def variables(mailbox: MailReceiver) -> dict[str, str]:
    return {
        "CHHIMEKI_ALERT_SMTP": f"smtp://127.0.0.1:{mailbox.port}?starttls=no",
        "CHHIMEKI_ALERT_FROM": "warehouse@chhimeki.example",
        "CHHIMEKI_ALERT_TO": "ana@chhimeki.example, ben@chhimeki.example",
    }


@pytest.fixture
def mail(mailbox: MailReceiver) -> MailSettings:
    mail = AlertSettings.from_environment(variables(mailbox)).mail
    assert mail
    return mail


@pytest.fixture
def in_environment(planted: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """The warehouse as commands and assets find it, with a home of its own for reports."""
    for name, value in (planted.environment() | planted.role_environment()).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CHHIMEKI_HOME", str(tmp_path))
    monkeypatch.setenv("CHHIMEKI_LANDING", str(tmp_path / "landing"))
    return Settings.from_environment()


def test_a_week_is_one_file_that_its_next_reading_replaces(
    planted: Settings, report: Report, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "page.html"
    for _ in range(2):
        assert keep_report(planted, report, out) == out
        assert out.read_text() == render_report(report).html
    assert [path.name for path in out.parent.iterdir()] == ["page.html"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o644


def test_a_mail_has_the_page_and_the_same_as_plain_text(
    planted: Settings, report: Report, mail: MailSettings, mailbox: MailReceiver
) -> None:
    mail_report(planted, mail, report)
    mail_report(planted, mail, report)
    first, again = mailbox.mails
    assert first["Subject"] == "[chhimeki] Week of 5 February 2024"
    assert first["To"] == "ana@chhimeki.example, ben@chhimeki.example"
    assert first["Message-ID"] == again["Message-ID"]
    plain, html = first.iter_parts()
    assert plain.get_content_type() == "text/plain"
    pages = render_report(report)
    assert plain.get_content().splitlines() == pages.text.splitlines()
    assert html.get_content().splitlines() == pages.html.splitlines()


def test_a_refused_mail_is_an_error_without_secrets(
    planted: Settings, report: Report, mail: MailSettings, mailbox: MailReceiver
) -> None:
    mailbox.refusals["DATA"] = "451 later"
    with pytest.raises(NotTakenError, match=r"^the mail server answered 451$"):
        mail_report(planted, mail, report)


def test_the_asset_keeps_the_last_week_and_mails_it_where_mail_is_set(
    in_environment: Settings, mailbox: MailReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.defs.reporting import weekly_report  # noqa: PLC0415 - imports dbt
    from orchestration.defs.resources import Warehouse  # noqa: PLC0415

    def told() -> dict[str, object]:
        result = materialize([weekly_report], resources={"warehouse": Warehouse()})
        (made,) = result.asset_materializations_for_node("reports__weekly_report")
        return {name: one.value for name, one in made.metadata.items()}

    page = report_folder(in_environment) / "2024-W06.html"
    assert told() == {"page": str(page), "week": "2024-W06", "mailed": False}
    assert "Week of 5 February 2024" in page.read_text()
    assert not mailbox.mails
    for name, value in variables(mailbox).items():
        monkeypatch.setenv(name, value)
    assert told()["mailed"] is True
    assert len(mailbox.mails) == 1


def test_the_asset_stands_behind_every_table_that_it_reads() -> None:
    from orchestration.defs.reporting import weekly_report  # noqa: PLC0415 - imports dbt

    texts = [
        *(path.read_text() for path in reading.FOLDER.glob("*.sql")),
        *(text_of(experiments.page, query, "UTC") for query in ("verdicts", "effects")),
        reading.DATES,
    ]
    named = {name for text in texts for name in re.findall(TABLES, text)}
    read = {AssetKey(name.replace("analyst.", "analyst.analyst_").split(".")) for name in named}
    assert set(weekly_report.dependency_keys) == read


def test_the_command_writes_a_week(in_environment: Settings, tmp_path: Path) -> None:
    out = tmp_path / "week.html"
    words = ["report", "--week", str(LAST_WEEK), "--out", str(out)]
    result = CliRunner().invoke(main, words)
    assert (result.exit_code, result.output) == (0, f"{out}\n")
    assert "Week of 5 February 2024" in out.read_text()
    late = CliRunner().invoke(main, ["report", "--week", "2024-02-12"])
    assert late.exit_code == 1
    assert "is not over" in late.stderr
    assert not report_folder(in_environment).exists()
