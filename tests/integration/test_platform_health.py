"""Errors and measurements, by rows worked out by hand: what late news makes of them.

Each test lands a few events, builds, lands others, builds again, and compares the rows with those
written here and with a full refresh. Random errors are in `test_laws`; which resolution is the
latest, in the unit tests beside the models.
"""

import random
from decimal import Decimal
from typing import Any

from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Land, Query
from tests.integration.marts import alone, assert_full_refresh_changes_nothing, build

MARTS = ("error_logs", "performance_metrics")
ERRORS = """
    select
        event_ref,
        resolved,
        to_char(resolved_at at time zone 'UTC', 'DD') as day,
        resolved_by_ref
    from marts.error_logs
"""
UNRESOLVED = (False, None, None)


def _event(event_id: str, name: str, day: int, user: str | None, **data: object) -> dict[str, Any]:
    return {
        "eventId": event_id,
        "eventName": name,
        "timestamp": f"2024-03-{day:02}T10:00:00Z",
        "userId": user,
        "data": data,
    }


def _error(event_id: str, day: int, user: str | None = "asha", **data: object) -> dict[str, Any]:
    fields = {"errorType": "TypeError", "errorMessage": "x is not a function", **data}
    return _event(event_id, "error_occurred", day, user, **fields)


def _resolution(error: str, day: int, user: str | None = "dev") -> dict[str, Any]:
    return _event(f"{error} by {user} on {day}", "error_resolved", day, user, errorId=error)


def _metric(event_id: str, value: object, **data: object) -> dict[str, Any]:
    fields = {"metricName": "page_load_time", "metricValue": value, **data}
    return _event(event_id, "performance_metric", 1, "asha", **fields)


def _consent(day: int, user: str, granted: bool) -> dict[str, Any]:
    return _event(f"consent {user} {day}", "consent_updated", day, user, analytics=granted)


def _errors(query: Query) -> dict[str, tuple[bool, str | None, str | None]]:
    """Whether resolved, on which day and by whom, by the error's event id."""
    return {
        row["event_ref"]: (row["resolved"], row["day"], row["resolved_by_ref"])
        for row in query(ERRORS)
    }


def test_an_error_is_resolved_by_the_latest_whatever_lands_first(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land([_error("late", 5), _error("early", 5), _error("open", 5), _resolution("unseen", 6)])
    # An event that is no error, and one that never lands, are resolved without any effect.
    land([_resolution("unseen by dev on 6", 7), _resolution("nothing", 7)])
    build(dbt, database, *alone(*MARTS))
    assert _errors(query) == {"late": UNRESOLVED, "early": UNRESOLVED, "open": UNRESOLVED}

    land([_error("unseen", 5), _resolution("late", 8), _resolution("early", 3)])
    build(dbt, database, *alone(*MARTS))
    assert _errors(query) == {
        "late": (True, "08", "dev"),
        "early": (True, "03", "dev"),
        "open": UNRESOLVED,
        "unseen": (True, "06", "dev"),
    }

    land([_resolution("late", 7, "asha"), _resolution("early", 9, None)])
    build(dbt, database, *alone(*MARTS))
    assert _errors(query) == {
        "late": (True, "08", "dev"),
        "early": (True, "09", None),
        "open": UNRESOLVED,
        "unseen": (True, "06", "dev"),
    }
    assert_full_refresh_changes_nothing(dbt, database, query, marts=MARTS)


def test_a_resolution_counts_only_while_its_user_consents(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land([_error("one", 5), _error("two", 5, "bikram"), _resolution("one", 8)])
    land([_resolution("two", 6), _resolution("two", 8), _metric("slow", 1)])
    build(dbt, database, *alone(*MARTS))
    assert _errors(query) == {"one": (True, "08", "dev"), "two": (True, "08", "dev")}

    # dev withdraws before the 8th; bikram, and with him his error, before the 5th.
    land([_consent(7, "dev", granted=False), _consent(4, "bikram", granted=False)])
    build(dbt, database, *alone(*MARTS))
    assert _errors(query) == {"one": UNRESOLVED}

    land([_consent(5, "bikram", granted=True), _consent(1, "asha", granted=False)])
    build(dbt, database, *alone(*MARTS))
    assert _errors(query) == {"two": (True, "06", "dev")}
    assert query("select event_ref from marts.performance_metrics") == []
    assert_full_refresh_changes_nothing(dbt, database, query, marts=MARTS)


def test_an_error_shows_what_its_event_and_metadata_tell(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    told = {"url": "https://x/y", "userAgent": "UA", "browser": "Firefox", "platform": "toaster"}
    full = _error("full", 5, severity="critical", category="network", errorStack="at f")
    land([{**full, "sessionId": "s", "metadata": told}])
    land([{**_error("bare", 5, None, severity=None), "metadata": {"url": 7, "platform": None}}])
    land([_error("invalid", 5, severity="bad"), _error("also invalid", 5, errorType="")])
    build(dbt, database, *alone(*MARTS))

    found = query(
        "select event_ref, user_ref, session_ref, error_stack, severity, category, url,"
        " user_agent, browser, platform::text from marts.error_logs order by 1"
    )
    assert [tuple(row.values()) for row in found] == [
        ("bare", None, None, None, "medium", *[None] * 5),
        ("full", "asha", "s", "at f", "critical", "network", *list(told.values())[:3], "other"),
    ]


def test_a_measured_value_stays_exact_and_what_was_measured_along_is_kept(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    long = int("7" * 400)
    land([_metric("huge", 1e300), _metric("long", long), _metric("tiny", -1.5e-30)])
    along = {"page": {"depth": 2}, "none": None, "ipAddress": "203.0.113.77"}
    land([_metric("along", 0.1, metricUnit="ms", **along), _metric("null", 0, metricUnit=None)])
    land([_metric("text", "1"), _metric("unit", 1, metricUnit="parsecs"), _metric("none", None)])
    build(dbt, database, *alone(*MARTS))

    found = query(
        "select event_ref, metric_value, metric_unit, metadata"
        " from marts.performance_metrics order by 1"
    )
    assert [tuple(row.values()) for row in found] == [
        ("along", Decimal("0.1"), "ms", {**along, "ipAddress": "203.0.113.0/24"}),
        ("huge", Decimal("1e300"), None, {}),
        ("long", Decimal(long), None, {}),
        ("null", Decimal(0), None, {}),
        ("tiny", Decimal("-1.5e-30"), None, {}),
    ]
    assert_full_refresh_changes_nothing(dbt, database, query, marts=MARTS)


def test_a_text_longer_than_an_index_page_stops_no_build(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    chance = random.Random(1)
    # Random, as a text that repeats itself would be compressed into a page.
    endless = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(50_000))
    land([_error("long", 5, errorType=endless, category=endless)])
    land([_metric("long metric", 1, metricName=endless), _resolution(endless, 5)])
    build(dbt, database, *alone(*MARTS))
    land([_error("long again", 5, errorType=endless, category=endless)])
    build(dbt, database, *alone(*MARTS))

    counted = "select count(*) from marts.error_logs where category = %s and error_type = %s"
    assert query(counted, endless, endless) == [{"count": 2}]
