"""`chhimeki status`: the warehouse at a glance.

What flows through: settings in, lines out. It imports neither Dagster nor dbt, so that it answers
at once, and reads what they have left in the database.
Belongs here: what an operator sees first, and its words. Does not belong here: finding out what is
wrong (`alerts`), the contents of marts (`summary`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from expectations.rules import Severity
from loaders import landing_folder
from loaders.embedded import server
from loaders.roles import Role
from loaders.settings import Settings
from orchestration.alerts.causes import Kind
from orchestration.alerts.checks import EXECUTIONS, failing_checks
from orchestration.alerts.freshness import LOADS, is_stale, last_landing
from orchestration.alerts.ledger import ALERTS, open_alerts
from orchestration.alerts.settings import AlertSettings
from orchestration.warehouse import is_there
from privacy import roles

Connection = psycopg.Connection[Any]

COUNT_LOADS = "select count(*), coalesce(sum(events_landed), 0) from raw.loads"
COUNT_REJECTS = "select count(*) from raw.open_rejects"
EVENTS = "marts.events"
NEWEST_EVENT = 'select max("timestamp") from marts.events'
BUILDS = "intermediate.int_dates_observed"
LAST_BUILD = """
    select
        builds.started_at,
        (
            select count(*)
            from raw.loads
            where loads.landing_order > builds.landed_through
        ),
        (
            select to_char(as_of_date, 'YYYY-MM-DD')
            from intermediate.int_dates_observed
            order by build_id desc
            limit 1
        )
    from intermediate.builds
    order by builds.build_id desc
    limit 1
"""
SIGNS = {Severity.CRITICAL: "✗", Severity.WARNING: "!"}
# More would push what stands above them out of sight.
SHOWN = 10
UNITS = (("days", timedelta(days=1)), ("hours", timedelta(hours=1)), ("minutes", timedelta(0, 60)))


def status_lines(settings: Settings) -> list[str]:
    """Describe the warehouse.

    Args:
        settings: Which one.

    Returns:
        Lines to print; none when it is down.
    """
    if not server.is_up(settings):
        return []
    limit = AlertSettings.from_environment().stale_after
    lines = [f"up on {settings.host}:{settings.port}, database {settings.database}"]
    with psycopg.connect(settings.conninfo()) as connection:
        lines += _about_roles(connection, settings)
        if is_there(connection, LOADS):
            lines += _about_loads(connection, limit)
        if is_there(connection, EVENTS):
            lines += _about_events(connection)
        if is_there(connection, BUILDS):
            lines += _about_builds(connection)
        lines += _about_files(settings)
        if is_there(connection, EXECUTIONS):
            lines += _about_checks(connection)
        if is_there(connection, ALERTS):
            lines += _about_alerts(connection)
    return lines


def _about_roles(connection: Connection, settings: Settings) -> Iterator[str]:
    if not roles.are_in_use(connection, settings):
        every = f"everything connects as {settings.user}"
        if settings.role_passwords:
            yield f"{every}, who may not create the roles of the components"
        else:
            yield f"{every}: no role has a password ({Role.LOADER.password_variable}, …)"


def _about_loads(connection: Connection, limit: timedelta) -> Iterator[str]:
    loads, events = next(iter(connection.execute(COUNT_LOADS)))
    yield f"{events:,} events landed in {loads:,} loads"
    if landing := last_landing(connection):
        stale = f", stale: over {limit / timedelta(hours=1):g} hours"
        yield f"last load {_at(landing.landed_at)}{stale if is_stale(landing, limit) else ''}"
    if rejects := next(iter(connection.execute(COUNT_REJECTS)))[0]:
        yield f"{rejects:,} records stand rejected; `chhimeki rejects` lists them"


def _about_events(connection: Connection) -> Iterator[str]:
    for (newest,) in connection.execute(NEWEST_EVENT):
        if newest:
            yield f"newest event {_at(newest)}"


def _about_builds(connection: Connection) -> Iterator[str]:
    for at, unseen, as_of in connection.execute(LAST_BUILD):
        yield f"last build began {_at(at)}" + (f", events up to {as_of}" if as_of else "")
        if unseen:
            yield f"{unseen:,} loads have landed since; `chhimeki build` builds them"


def _about_files(settings: Settings) -> Iterator[str]:
    if waiting := len(landing_folder.waiting(settings.landing)):
        yield f"{waiting:,} files wait in {settings.landing}"


def _about_checks(connection: Connection) -> Iterator[str]:
    if checks := failing_checks(connection):
        yield f"{len(checks):,} checks fail"
        yield from _shown(
            f"  {SIGNS[check.severity]} {check.asset} {check.name}, for {age(check.since)}"
            for check in checks
        )


def _about_alerts(connection: Connection) -> Iterator[str]:
    if alerts := open_alerts(connection):
        yield f"{len(alerts):,} alerts are open"
        # Failing checks are listed by name already.
        others = [alert for alert in alerts if alert.kind is not Kind.FAILING_CHECK]
        yield from _shown(
            f"  {SIGNS[alert.severity]} {alert.text}, for {age(alert.opened_at)}"
            for alert in others
        )


def _shown(lines: Iterable[str]) -> Iterator[str]:
    every = list(lines)
    yield from every[:SHOWN]
    if len(every) > SHOWN:
        yield f"  … and {len(every) - SHOWN:,} more"


def _at(moment: datetime) -> str:
    return f"at {moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {age(moment)} ago"


def age(moment: datetime) -> str:
    """Say roughly how long ago something was.

    Args:
        moment: With a time zone.

    Returns:
        Such as `3 hours`; what is less than two of a unit is told in the next smaller one.
    """
    since = datetime.now(UTC) - moment
    for name, unit in UNITS:
        if since >= 2 * unit:
            return f"{since // unit:,} {name}"
    return "a minute"
