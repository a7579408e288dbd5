"""Settings of alerts: who is told, what is refused, and that no error quotes a secret."""

from datetime import timedelta

import pytest

from loaders.errors import SettingsError
from loaders.settings import Settings
from orchestration.alerts.ledger import backoff
from orchestration.alerts.settings import AlertSettings

MAIL = {
    "CHHIMEKI_ALERT_SMTP": "smtp://ana%40x:p%40ss@mail.example.org",
    "CHHIMEKI_ALERT_FROM": "warehouse@example.org",
    "CHHIMEKI_ALERT_TO": "ana@example.org",
}


def test_nobody_is_told_unasked() -> None:
    for environ in ({}, dict.fromkeys((*MAIL, "CHHIMEKI_ALERT_WEBHOOK"), "")):
        settings = AlertSettings.from_environment(environ)
        assert (settings.webhook, settings.mail) == (None, None)
        assert settings.stale_after == timedelta(hours=36)


@pytest.mark.parametrize(
    ("address", "port", "tls"),
    [
        ("smtp://mail.example.org", 587, "starttls"),
        ("smtp://mail.example.org:2525?starttls=yes", 2525, "starttls"),
        ("smtp://mail.example.org:25/?starttls=no", 25, "none"),
        ("smtps://mail.example.org", 465, "immediate"),
    ],
)
def test_a_mail_server_is_an_address(address: str, port: int, tls: str) -> None:
    mail = AlertSettings.from_environment(MAIL | {"CHHIMEKI_ALERT_SMTP": address}).mail
    assert mail is not None
    assert (mail.host, mail.port, mail.tls) == ("mail.example.org", port, tls)
    assert (mail.user, mail.password) == ("", "")


def test_a_login_is_decoded_and_not_shown() -> None:
    settings = AlertSettings.from_environment(MAIL)
    assert settings.mail is not None
    assert (settings.mail.user, settings.mail.password) == ("ana@x", "p@ss")
    assert "p@ss" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHHIMEKI_ALERT_WEBHOOK", "hooks.example.org/hush"),
        ("CHHIMEKI_ALERT_WEBHOOK", "file:///etc/hush"),
        ("CHHIMEKI_ALERT_WEBHOOK", "https:///hush"),
        ("CHHIMEKI_ALERT_WEBHOOK", "https://hooks.example.org:hush/"),
        ("CHHIMEKI_ALERT_WEBHOOK", "https://hooks.example.org/hush\n"),
        ("CHHIMEKI_ALERT_WEBHOOK", "https://hooks.example.org/hush hush"),
        ("CHHIMEKI_ALERT_WEBHOOK", "https://ana:hush@hooks.example.org/"),
        ("CHHIMEKI_ALERT_SMTP", "ana:hush@mail.example.org"),
        ("CHHIMEKI_ALERT_SMTP", "http://ana:hush@mail.example.org"),
        ("CHHIMEKI_ALERT_SMTP", "smtp://ana:hush@"),
        ("CHHIMEKI_ALERT_SMTP", "smtp://ana:hush@mail.example.org?starttls=perhaps"),
        ("CHHIMEKI_ALERT_SMTP", "smtp://ana:hush@mail.example.org?tls=no"),
        ("CHHIMEKI_ALERT_FROM", ""),
        ("CHHIMEKI_ALERT_FROM", "hush\nBcc: eve@example.org"),
        ("CHHIMEKI_ALERT_TO", "nobody at all hush"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name_and_not_quoted(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as raised:
        AlertSettings.from_environment(MAIL | {name: value})
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize("hours", ["0", "-1", "1.5", "x", "1" * 9])
def test_what_is_no_number_of_hours_is_refused(hours: str) -> None:
    with pytest.raises(SettingsError, match="CHHIMEKI_STALE_HOURS"):
        AlertSettings.from_environment({"CHHIMEKI_STALE_HOURS": hours})


def test_the_settings_of_alerts_are_known_to_all_commands() -> None:
    hooks = {"CHHIMEKI_ALERT_WEBHOOK": "https://x.example.org/", "CHHIMEKI_STALE_HOURS": "24"}
    Settings.from_environment(MAIL | hooks)


def test_what_fails_is_tried_less_and_less_often_but_every_hour() -> None:
    waits = [backoff(attempts).total_seconds() for attempts in (1, 2, 3, 8, 9, 10_000)]
    assert waits == [30, 60, 120, 3600, 3600, 3600]
