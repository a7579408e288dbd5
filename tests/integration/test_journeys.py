"""Law 1 for what the metrics of journeys stand on: attempts at funnels, referrers, first events.

The metrics keep the best of many attempts and sum over users, which may hide what a build forgot.
So these look at the tables below, case by case: each lands something before the first build and
something before the second. Last of all a full refresh must change nothing.
"""

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from loaders.pipeline import load
from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Query, write_ndjson
from tests.integration.marts import alone, build
from tests.oracle.identity import uuid_of
from tests.short_records import event

Record = dict[str, Any]
TABLES = {
    "int_funnel_days_reached": "select funnel, user_id, date, step_reached from {}",
    "int_session_referrers_found": "select session_id, referrer_host from {}",
    "int_first_events_found": (
        "select user_id, event_name, event_ref, first_at from {} where first_at is not null"
    ),
}


class Attempt(NamedTuple):
    """What lands before each build, and the steps of funnel `search` passed by day of January."""

    first: list[Record]
    then: list[Record]
    steps: dict[int, int]


def _begun(user: str, day: int, ref: str = "1") -> Record:
    return event(f"{user}{ref}", "search_performed", user, f"2024-01-{day:02}T10:00:00Z", query="q")


def _passed(user: str, day: int, ref: str = "2") -> Record:
    at = f"2024-01-{day:02}T10:00:00Z"
    return event(f"{user}{ref}", "search_result_click", user, at, resultId="r")


ATTEMPTS = {
    "a late start": Attempt([_passed("late", 8)], [_begun("late", 1)], {1: 1, 8: 2}),
    "a late step": Attempt([_begun("step", 1)], [_passed("step", 8)], {1: 1, 8: 2}),
    "a step too late": Attempt([_begun("slow", 1)], [_passed("slow", 9)], {1: 1}),
    "a later start in time": Attempt(
        [_begun("again", 1), _passed("again", 9)], [_begun("again", 2, "3")], {1: 1, 2: 1, 9: 2}
    ),
    "stretches far apart": Attempt(
        [_begun("far", 1), _passed("far", 3), _begun("far", 30, "3")],
        [_begun("far", 2, "4"), _passed("far", 31, "5")],
        {1: 1, 2: 1, 3: 2, 30: 1, 31: 2},
    ),
    "a start withdrawn": Attempt(
        [_begun("shy", 5), _passed("shy", 6), _passed("shy", 9, "3")],
        [
            event("shy4", "consent_updated", "shy", "2024-01-04T00:00:00Z", analytics=False),
            event("shy5", "consent_updated", "shy", "2024-01-08T00:00:00Z", analytics=True),
        ],
        {},
    ),
}


def _visit(ref: str, user: str, at: str, referrer: str | None, **more: Any) -> Record:
    return event(ref, "page_view", user, at, _metadata={"referrer": referrer}, **more)


VISITS_FIRST = [
    _visit("v2", "guest", "10:10:00", "https://second.example/", _sessionId="s"),
    _visit("w2", "auto", "10:20:00", "https://second.example/"),
    _visit("w3", "auto", "11:00:00", "https://third.example/"),
]
# One comes before a named session's, one before an inferred session's, which it joins to another.
VISITS_THEN = [
    _visit("v1", "guest", "10:00:00", "https://first.example/", _sessionId="s"),
    _visit("w1", "auto", "10:00:00", "https://first.example/"),
    _visit("w4", "auto", "10:40:00", None),
]


def test_what_lands_late_is_followed(
    database: Settings, dbt: DbtInProcess, query: Query, tmp_path: Path
) -> None:
    def rows(table: str) -> list[dict[str, Any]]:
        found = query(TABLES[table].format(f"intermediate.{table}"))
        return sorted(found, key=lambda row: str(list(row.values())))

    def land_and_build(name: str, records: list[Record], *arguments: str) -> None:
        if records:
            load([str(write_ndjson(tmp_path / name, records))], database)
        build(dbt, database, *alone(*TABLES), *arguments)

    land_and_build("first", [*VISITS_FIRST, *(r for one in ATTEMPTS.values() for r in one.first)])
    assert _hosts(rows("int_session_referrers_found")) == ["second.example"] * 2 + ["third.example"]
    land_and_build("then", [*VISITS_THEN, *(r for one in ATTEMPTS.values() for r in one.then)])

    for name, attempt in ATTEMPTS.items():
        user_id = uuid_of("user", attempt.first[0]["userId"])
        reached = {
            row["date"]: row["step_reached"]
            for row in rows("int_funnel_days_reached")
            if (row["funnel"], str(row["user_id"])) == ("search", user_id)
        }
        expected = {date(2024, 1, day): step for day, step in attempt.steps.items()}
        assert reached == expected, name
    assert _hosts(rows("int_session_referrers_found")) == ["first.example"] * 2
    firsts = {
        row["event_name"]: row["event_ref"]
        for row in rows("int_first_events_found")
        if str(row["user_id"]) == uuid_of("user", "shy")
    }
    assert firsts == {"search_result_click": "shy3", "consent_updated": "shy4"}

    before = {table: rows(table) for table in TABLES}
    land_and_build("nothing", [], "--full-refresh")
    assert {table: rows(table) for table in TABLES} == before


def _hosts(found: list[dict[str, Any]]) -> list[str]:
    return sorted(row["referrer_host"] for row in found)
