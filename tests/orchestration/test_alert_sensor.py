"""The sensor on a real instance, a real warehouse and receivers that listen."""

import logging
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from dagster import (
    DefaultSensorStatus,
    Definitions,
    SkipReason,
    build_sensor_context,
)

from loaders.errors import LoadError
from loaders.settings import Settings
from orchestration.defs import alerts
from tests.orchestration.alert_receivers import MailReceiver, WebhookReceiver, listening
from tests.orchestration.alert_worlds import World, instance_in


@pytest.fixture
def webhook() -> Iterator[WebhookReceiver]:
    with listening(WebhookReceiver()) as receiver:
        yield receiver


@pytest.fixture
def world(
    database: Settings, tmp_path: Path, webhook: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A job whose runs are in the warehouse that the environment names; a webhook is told."""
    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CHHIMEKI_ALERT_WEBHOOK", webhook.address)
    with instance_in(database, str(tmp_path)) as instance:
        yield World(instance)


def tick(world: World) -> str:
    """Let the sensor tick; what it says it did."""
    with build_sensor_context(world.instance, definitions=world.definitions) as context:
        said = alerts.alerts(context)
    assert isinstance(said, SkipReason)
    return str(said.skip_message)


def told(receiver: WebhookReceiver) -> list[tuple[str, str]]:
    """What a webhook has been told since it was last asked."""
    found = [(post["event"], post["kind"]) for post in receiver.posts]
    receiver.posts.clear()
    return found


def soon(database: Settings) -> None:
    """Let the time pass that failed messages wait."""
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute("update operations.alert_deliveries set next_attempt_at = now()")


def test_the_sensor_ticks_unasked(definitions: Definitions) -> None:
    sensor = definitions.get_sensor_def("alerts")
    assert sensor.default_status is DefaultSensorStatus.RUNNING
    assert sensor.minimum_interval_seconds == 30


def test_a_failing_run_and_a_failing_check_are_told_once_and_when_they_are_over(
    world: World, webhook: WebhookReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "chhimeki.alerts")
    assert tick(world) == "0 alerts opened, 0 closed, 0 messages told"
    world.error, world.warns = LoadError("The disk is full; make room."), False
    world.run()
    # Two alerts, each to the log and to the webhook.
    assert tick(world) == "2 alerts opened, 0 closed, 4 messages told"
    assert told(webhook) == [("opened", "failing_check"), ("opened", "failed_run")]
    world.run()
    assert tick(world) == "0 alerts opened, 0 closed, 0 messages told"
    world.error, world.warns = None, True
    world.run()
    assert tick(world) == "0 alerts opened, 2 closed, 4 messages told"
    assert told(webhook) == [("resolved", "failing_check"), ("resolved", "failed_run")]
    logged = [name for logger, name, _ in caplog.record_tuples if logger == "chhimeki.alerts"]
    assert logged == [logging.WARNING, logging.ERROR, logging.INFO, logging.INFO]


def test_a_receiver_that_fails_is_tried_again_and_keeps_no_other_from_being_told(
    world: World, webhook: WebhookReceiver, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.error, world.warns = LoadError("The disk is full; make room."), False
    world.run()
    webhook.answers.extend([500, 500])
    with listening(MailReceiver()) as mailbox:
        monkeypatch.setenv("CHHIMEKI_ALERT_SMTP", f"smtp://127.0.0.1:{mailbox.port}?starttls=no")
        monkeypatch.setenv("CHHIMEKI_ALERT_FROM", "warehouse@chhimeki.example")
        monkeypatch.setenv("CHHIMEKI_ALERT_TO", "ana@chhimeki.example")
        said = tick(world)
        assert said == ("2 alerts opened, 0 closed, 4 messages told; the webhook answered 500")
        # One try a tick: where one message fails, the next is not tried.
        assert told(webhook) == [("opened", "failing_check")]
        assert len(mailbox.mails) == 2
        soon(database)
        assert tick(world).endswith("0 messages told; the webhook answered 500")
        assert told(webhook) == [("opened", "failing_check")]
        soon(database)
        assert tick(world) == "0 alerts opened, 0 closed, 2 messages told"
        assert told(webhook) == [("opened", "failing_check"), ("opened", "failed_run")]
        soon(database)
        assert tick(world) == "0 alerts opened, 0 closed, 0 messages told"
        assert len(mailbox.mails) == 2


def test_a_kill_between_sending_and_noting_sends_the_same_message_again(
    world: World, webhook: WebhookReceiver, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.error = LoadError("The disk is full; make room.")
    world.run()

    def die(*_: object) -> None:
        if webhook.posts:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("orchestration.alerts.ledger.note_told", die)
        with pytest.raises(KeyboardInterrupt):
            tick(world)
    assert tick(world) == "0 alerts opened, 0 closed, 0 messages told"
    soon(database)
    tick(world)
    first, again = webhook.posts
    assert first["id"] == again["id"]


def test_a_receiver_out_of_reach_and_a_storm_do_not_raise(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHHIMEKI_ALERT_WEBHOOK", "http://127.0.0.1:1/")
    monkeypatch.setattr("orchestration.alerts.watching.MOST_MESSAGES", 2)
    for reason in ("One.", "Two.", "Three."):
        world.error = LoadError(reason)
        world.run()
    said = tick(world)
    assert said.startswith("3 alerts opened, 0 closed, 2 messages told; the webhook: ")
    assert "1 messages told" in tick(world)


def test_where_the_warehouse_is_down_nothing_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    assert tick(world) == "the warehouse is down"
