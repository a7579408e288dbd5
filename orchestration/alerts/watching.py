"""One pass over all there is to know: look, keep the ledger, tell what is due.

What flows through: a warehouse and an instance in, messages out, and how many of them.
Belongs here: the order of the three. Does not belong here: what each of them does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
from dagster import DagsterInstance

from loaders.settings import Settings
from orchestration.alerts import ledger
from orchestration.alerts.anomalies import ANOMALIES, anomalies
from orchestration.alerts.causes import Cause, Findings, Kind
from orchestration.alerts.channels import Channel, NotTakenError
from orchestration.alerts.checks import EXECUTIONS, failing_checks
from orchestration.alerts.freshness import LOADS, last_landing, stale_source
from orchestration.alerts.runs import failed_runs
from orchestration.warehouse import is_there

Connection = psycopg.Connection[Any]

# A build may hold a relation for longer than a sensor's minute; the next pass looks again.
PATIENCE = "-c lock_timeout=10s"
# What one pass tells on one channel; the rest waits for the next. A sensor has a minute.
MOST_MESSAGES = 20


@dataclass(frozen=True)
class View:
    """What is looked at.

    Attributes:
        instance: Where Dagster's runs are.
        jobs: Names of the jobs there are.
        stale_after: Time without a new file after which the source is stale.
    """

    instance: DagsterInstance
    jobs: Collection[str]
    stale_after: timedelta


@dataclass(frozen=True)
class Pass:
    """What one pass did.

    Attributes:
        opened: Number of alerts opened.
        closed: Number of alerts closed.
        told: Number of messages that were taken.
        failures: Why channels did not take one.
    """

    opened: int
    closed: int
    told: int
    failures: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in one line."""
        counts = f"{self.opened} alerts opened, {self.closed} closed, {self.told} messages told"
        return "; ".join([counts, *self.failures])


def watch(settings: Settings, view: View, channels: Sequence[Channel]) -> Pass:
    """Look at everything once, and tell what is due.

    Args:
        settings: The warehouse, up.
        view: What else is looked at.
        channels: Who is told. One that fails is tried again later, and keeps no other from telling.

    Returns:
        What was done.
    """
    with psycopg.connect(
        settings.conninfo(), autocommit=True, application_name="chhimeki alerts", options=PATIENCE
    ) as connection:
        ledger.prepare(connection)
        names = [channel.name for channel in channels]
        opened, closed = ledger.reconcile(connection, lambda: look(connection, view), names)
        told = [_tell(connection, channel) for channel in channels]
    return Pass(
        opened,
        closed,
        told=sum(count for count, _ in told),
        failures=tuple(failure for _, failure in told if failure),
    )


def look(connection: Connection, view: View) -> Findings:
    """Find what is wrong.

    Args:
        connection: To the warehouse.
        view: What else is looked at.

    Returns:
        Causes by kind; without a kind whose relation is not there, or not at the moment.
    """
    found: dict[Kind, Sequence[Cause]] = {}
    if is_there(connection, EXECUTIONS):
        found[Kind.FAILING_CHECK] = [check.cause() for check in failing_checks(connection)]
    if is_there(connection, LOADS):
        found[Kind.STALE_SOURCE] = stale_source(last_landing(connection), view.stale_after)
    if is_there(connection, ANOMALIES):
        found[Kind.ANOMALY] = anomalies(connection)
    checks_are_told = Kind.FAILING_CHECK in found
    runs = failed_runs(view.instance, view.jobs, checks_are_told=checks_are_told)
    return found | {Kind.FAILED_RUN: runs}


def _tell(connection: Connection, channel: Channel) -> tuple[int, str]:
    """Tell what is due on a channel, until it fails: then it is not tried on with the next."""
    for told in range(MOST_MESSAGES):
        message = ledger.claim(connection, channel.name)
        if message is None:
            return told, ""
        try:
            channel.send(message)
        except NotTakenError as error:
            ledger.note_failed(connection, channel.name, message, str(error))
            return told, str(error)
        ledger.note_told(connection, channel.name, message)
    return MOST_MESSAGES, ""
