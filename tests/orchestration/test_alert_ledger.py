"""The ledger: one alert a cause, one message a channel, whoever looks, sends, fails or dies."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from expectations.rules import Severity
from loaders.settings import Settings
from orchestration.alerts import ledger
from orchestration.alerts.causes import Cause, Findings, Kind
from orchestration.alerts.messages import Event, Message

FULL = Cause("run:full", Kind.FAILED_RUN, Severity.CRITICAL, "the disk is full")
OLD = Cause("check:old", Kind.FAILING_CHECK, Severity.WARNING, "users are old")
CHANNELS = ("log", "webhook")

Connect = Callable[[], psycopg.Connection]


@pytest.fixture
def connect(database: Settings) -> Iterator[Connect]:
    """Opens connections to a warehouse that has the ledger."""
    opened = []

    def connection() -> psycopg.Connection:
        opened.append(psycopg.connect(database.conninfo(), autocommit=True))
        return opened[-1]

    ledger.prepare(connection())
    yield connection
    for one in opened:
        one.close()


@pytest.fixture
def connection(connect: Connect) -> psycopg.Connection:
    return connect()


def see(
    connection: psycopg.Connection, *causes: Cause, channels: Sequence[str] = CHANNELS
) -> tuple[int, int]:
    """Look at all kinds, and find some causes."""
    found = {kind: [cause for cause in causes if cause.kind is kind] for kind in Kind}
    return ledger.reconcile(connection, lambda: found, channels)


def tell(connection: psycopg.Connection, channel: str) -> list[tuple[str, str]]:
    """Tell all that is due on a channel."""
    told = []
    while message := ledger.claim(connection, channel):
        told.append((message.event.value, message.key))
        ledger.note_told(connection, channel, message)
    return told


def later(connection: psycopg.Connection, interval: str) -> None:
    """Let time pass for what waits."""
    connection.execute(
        "update operations.alert_deliveries set next_attempt_at = next_attempt_at - %s::interval",
        [interval],
    )


def test_a_cause_is_told_once_on_each_channel_while_it_lasts(
    connection: psycopg.Connection,
) -> None:
    assert see(connection, FULL) == (1, 0)
    assert tell(connection, "log") == [("opened", "run:full")]
    assert see(connection, FULL, OLD) == (1, 0)
    assert tell(connection, "log") == [("opened", "check:old")]
    assert tell(connection, "webhook") == [("opened", "run:full"), ("opened", "check:old")]
    assert see(connection, FULL, OLD) == (0, 0)
    later(connection, "1 day")
    assert tell(connection, "log") == tell(connection, "webhook") == []


def test_a_cause_that_is_gone_is_resolved_once_and_may_come_again(
    connection: psycopg.Connection,
) -> None:
    see(connection, FULL, OLD)
    tell(connection, "log")
    assert see(connection, OLD) == (0, 1)
    assert tell(connection, "log") == [("resolved", "run:full")]
    assert see(connection, OLD) == (0, 0)
    assert tell(connection, "log") == []
    assert [alert.text for alert in ledger.open_alerts(connection)] == [OLD.text]
    assert see(connection, FULL, OLD) == (1, 0)
    assert tell(connection, "log") == [("opened", "run:full")]


def test_what_could_not_be_looked_at_stays_open(connection: psycopg.Connection) -> None:
    see(connection, FULL, OLD)
    blind: Findings = {Kind.FAILED_RUN: []}
    assert ledger.reconcile(connection, lambda: blind, CHANNELS) == (0, 1)
    assert [alert.kind for alert in ledger.open_alerts(connection)] == [Kind.FAILING_CHECK]


def test_a_failed_message_waits_longer_each_time_and_is_told_in_the_end(
    connection: psycopg.Connection,
) -> None:
    see(connection, FULL)
    for seconds in (30, 60, 120):
        message = ledger.claim(connection, "webhook")
        assert message
        ledger.note_failed(connection, "webhook", message, "the webhook answered 500")
        later(connection, f"{seconds - 10} seconds")
        assert ledger.claim(connection, "webhook") is None
        # Nobody else waits for it.
        assert tell(connection, "log") == ([("opened", "run:full")] if seconds == 30 else [])
        later(connection, "10 seconds")
    assert tell(connection, "webhook") == [("opened", "run:full")]
    row = connection.execute(
        "select attempts, last_error from operations.alert_deliveries where channel = 'webhook'"
    ).fetchone()
    assert row == (4, None)


def test_what_a_receiver_missed_is_told_in_its_order(connection: psycopg.Connection) -> None:
    see(connection, FULL)
    message = ledger.claim(connection, "webhook")
    assert message
    ledger.note_failed(connection, "webhook", message, "the webhook answered 500")
    see(connection)
    assert tell(connection, "webhook") == []
    later(connection, "1 hour")
    assert tell(connection, "webhook") == [("opened", "run:full"), ("resolved", "run:full")]


def test_who_dies_between_sending_and_noting_leaves_it_to_be_sent_again(
    connection: psycopg.Connection, connect: Connect
) -> None:
    see(connection, FULL)
    dying = connect()
    sent = ledger.claim(dying, "webhook")
    dying.close()
    assert sent
    assert tell(connection, "webhook") == []
    later(connection, "9 minutes")
    assert tell(connection, "webhook") == []
    later(connection, "1 minute")
    again = ledger.claim(connection, "webhook")
    assert again
    assert (again.id, again.attempts) == (sent.id, 2)


def test_a_new_channel_learns_of_what_is_open_and_of_nothing_else(
    connection: psycopg.Connection,
) -> None:
    see(connection, FULL, OLD, channels=["log"])
    see(connection, OLD, channels=["log"])
    see(connection, OLD, channels=["log", "mail"])
    assert tell(connection, "mail") == [("opened", "check:old")]


def test_what_ended_a_week_ago_is_news_to_nobody(connection: psycopg.Connection) -> None:
    see(connection, FULL)
    see(connection)
    connection.execute(
        "update operations.alerts set opened_at = opened_at - interval '8 days',"
        " closed_at = closed_at - interval '8 days'"
    )
    assert tell(connection, "webhook") == []


def test_many_who_look_and_tell_at_once_open_and_tell_once(connect: Connect) -> None:
    causes = [
        Cause(f"run:{number}", Kind.FAILED_RUN, Severity.CRITICAL, "failed") for number in range(20)
    ]
    threads = 6
    connections = [connect() for _ in range(threads)]
    together = threading.Barrier(threads)

    def one(connection: psycopg.Connection) -> tuple[int, list[tuple[str, str]]]:
        together.wait()
        opened, _ = see(connection, *causes)
        together.wait()
        return opened, tell(connection, "webhook")

    with ThreadPoolExecutor(threads) as pool:
        done = list(pool.map(one, connections))
    assert sum(opened for opened, _ in done) == 20
    told = sorted(key for _, messages in done for _, key in messages)
    assert told == sorted(cause.key for cause in causes)


def test_of_two_looks_the_later_one_counts(connect: Connect) -> None:
    looking, seen = threading.Event(), threading.Event()

    def slow_look() -> Findings:
        looking.set()
        seen.wait()
        return {Kind.FAILED_RUN: [FULL]}

    with ThreadPoolExecutor() as pool:
        first = pool.submit(ledger.reconcile, connect(), slow_look, CHANNELS)
        looking.wait()
        # It may not look before the first is through, or what it closes would be opened again.
        second = pool.submit(see, connect())
        waits = connect()
        query = """
            select count(*)
            from pg_locks
            inner join pg_database on pg_locks.database = pg_database.oid
            where locktype = 'advisory' and not granted and datname = current_database()
        """
        while not second.done() and not next(iter(waits.execute(query)))[0]:
            pass
        early = second.done()
        seen.set()
        assert not early
        assert (first.result(), second.result()) == ((1, 0), (0, 1))
    assert ledger.open_alerts(connect()) == []


def test_a_message_is_the_same_however_often_it_is_told(connection: psycopg.Connection) -> None:
    see(connection, FULL)
    opened = ledger.claim(connection, "log")
    elsewhere = ledger.claim(connection, "webhook")
    see(connection)
    assert isinstance(opened, Message)
    assert elsewhere
    assert opened.id == elsewhere.id
    ledger.note_told(connection, "log", opened)
    resolved = ledger.claim(connection, "log")
    assert resolved
    assert resolved.event is Event.RESOLVED
    assert resolved.id != opened.id
    assert resolved.line == "resolved: the disk is full"
