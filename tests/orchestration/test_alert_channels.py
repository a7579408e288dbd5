"""Channels against receivers that really listen: what arrives, and what is said of a failure."""

import logging
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from expectations.rules import Severity
from orchestration.alerts.channels import Channel, NotTakenError, channels
from orchestration.alerts.messages import Event, Message
from orchestration.alerts.settings import AlertSettings
from tests.orchestration.alert_receivers import MailReceiver, WebhookReceiver, listening
from tests.servers import free_port

MESSAGE = Message(
    alert_id=7,
    event=Event.OPENED,
    key="failed_run:build:1a2b:since 3",
    kind="failed_run",
    severity=Severity.CRITICAL,
    text="a run of build failed: the disk is full, घर",
    opened_at=datetime(2024, 3, 1, 10, tzinfo=UTC),
    closed_at=None,
    attempts=1,
    warehouse="127.0.0.1:54329/chhimeki",
)


@pytest.fixture
def webhook() -> Iterator[WebhookReceiver]:
    with listening(WebhookReceiver()) as receiver:
        yield receiver


@pytest.fixture
def mailbox() -> Iterator[MailReceiver]:
    with listening(MailReceiver()) as receiver:
        yield receiver


def mail(address: str) -> Channel:
    """The mail channel that the environment would make of an address."""
    return made(
        CHHIMEKI_ALERT_SMTP=address,
        CHHIMEKI_ALERT_FROM="warehouse@chhimeki.example",
        CHHIMEKI_ALERT_TO="ana@chhimeki.example, ben@chhimeki.example",
    )


def made(**environ: str) -> Channel:
    (_, channel) = channels(AlertSettings.from_environment(environ), [])
    return channel


def test_the_log_tells_by_severity(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    (log,) = channels(AlertSettings.from_environment({}), [logging.getLogger("of.alerts")])
    log.send(MESSAGE)
    line = "critical: a run of build failed: the disk is full, घर [failed_run:build:1a2b:since 3]"
    assert caplog.record_tuples == [("of.alerts", logging.ERROR, line)]


def test_a_webhook_gets_json_with_the_key(webhook: WebhookReceiver) -> None:
    channel = made(CHHIMEKI_ALERT_WEBHOOK=webhook.address)
    channel.send(MESSAGE)
    channel.send(MESSAGE)
    first, again = webhook.posts
    assert first["key"] == MESSAGE.key
    assert first["text"] == "critical: a run of build failed: the disk is full, घर"
    assert (first["event"], first["opened_at"], first["closed_at"]) == (
        "opened",
        "2024-03-01T10:00:00+00:00",
        None,
    )
    # A receiver can drop what it has had.
    assert first["id"] == again["id"] == first["headers"]["Idempotency-Key"]
    assert first["headers"]["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [500, 404, 302, 307])
def test_only_2xx_says_that_a_webhook_has_taken_it(webhook: WebhookReceiver, status: int) -> None:
    channel = made(CHHIMEKI_ALERT_WEBHOOK=webhook.address)
    webhook.answers.append(status)
    with pytest.raises(NotTakenError, match=f"^the webhook answered {status}$"):
        channel.send(MESSAGE)
    webhook.answers.append(204)
    channel.send(MESSAGE)
    assert len(webhook.posts) == 2


def test_a_webhook_out_of_reach_is_told_without_its_address() -> None:
    channel = made(CHHIMEKI_ALERT_WEBHOOK=f"http://127.0.0.1:{free_port()}/hooks/hush")
    with pytest.raises(NotTakenError) as raised:
        channel.send(MESSAGE)
    assert str(raised.value) == "the webhook: Connection refused"
    assert "hush" not in repr(channel)


def test_a_receiver_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.alerts.channels.TIMEOUT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(NotTakenError, match="the webhook: TimeoutError"):
            made(CHHIMEKI_ALERT_WEBHOOK=f"http://127.0.0.1:{port}/").send(MESSAGE)
        with pytest.raises(NotTakenError, match="the mail server: SMTPServerDisconnected"):
            mail(f"smtp://127.0.0.1:{port}?starttls=no").send(MESSAGE)


def test_a_mail_reaches_every_recipient(mailbox: MailReceiver) -> None:
    channel = mail(f"smtp://ana:hu%3Ash@127.0.0.1:{mailbox.port}?starttls=no")
    channel.send(MESSAGE)
    channel.send(MESSAGE)
    first, again = mailbox.mails
    subject = " ".join(first["Subject"].split())
    assert subject == "[chhimeki] critical: a run of build failed: the disk is full, घर"
    assert first["To"] == "ana@chhimeki.example, ben@chhimeki.example"
    assert first["Message-ID"] == again["Message-ID"] != ""
    assert first["X-Chhimeki-Alert"] == MESSAGE.key
    assert first.get_content().splitlines()[0] == MESSAGE.line
    told = [line for line in mailbox.commands if line.upper().startswith("RCPT")]
    assert len(told) == 4
    assert "hu:sh" not in repr(channel)


@pytest.mark.parametrize(
    ("command", "answer", "said"),
    [
        ("AUTH", "535 hush is not the password", "the mail server answered 535"),
        ("RCPT", "550 unknown", "the mail server: SMTPRecipientsRefused"),
        ("DATA", "451 later", "the mail server answered 451"),
    ],
)
def test_a_mail_server_that_refuses_is_told_without_its_words(
    mailbox: MailReceiver, command: str, answer: str, said: str
) -> None:
    mailbox.refusals[command] = answer
    channel = mail(f"smtp://ana:hush@127.0.0.1:{mailbox.port}?starttls=no")
    with pytest.raises(NotTakenError, match=f"^{said}$"):
        channel.send(MESSAGE)
    mailbox.refusals.clear()
    channel.send(MESSAGE)
    assert len(mailbox.mails) == 1


def test_a_mail_that_was_taken_is_told_however_the_server_ends(mailbox: MailReceiver) -> None:
    mailbox.refusals["QUIT"] = "421 I am off"
    mail(f"smtp://127.0.0.1:{mailbox.port}?starttls=no").send(MESSAGE)
    assert len(mailbox.mails) == 1


def test_no_login_is_sent_in_the_clear(mailbox: MailReceiver) -> None:
    # The server offers no STARTTLS, as one in the middle would have it.
    with pytest.raises(NotTakenError, match="SMTPNotSupportedError"):
        mail(f"smtp://ana:hush@127.0.0.1:{mailbox.port}").send(MESSAGE)
    assert not [line for line in mailbox.commands if line.startswith(("AUTH", "MAIL"))]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody trusts unasked, and its key."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("making a certificate needs the command openssl")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    made = [openssl, "req", "-x509", *key, *subject, "-keyout", str(path), "-out", str(path) + "c"]
    subprocess.run(made, check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + Path(f"{path}c").read_bytes())
    return path


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_mail_goes_only_to_a_server_that_proves_itself(
    certificate: Path, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    with listening(MailReceiver(tls, at_once=scheme == "smtps")) as mailbox:
        channel = mail(f"{scheme}://ana:hush@127.0.0.1:{mailbox.port}")
        with pytest.raises(NotTakenError, match="certificate verify failed"):
            channel.send(MESSAGE)
        assert not [line for line in mailbox.commands if line.startswith(("AUTH", "MAIL"))]
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        channel.send(MESSAGE)
        assert [line for line in mailbox.commands if line.startswith("AUTH PLAIN")]
        assert len(mailbox.mails) == 1
