"""Named cases of law 1: what lands later and changes what was counted before.

All cases share one database, reporting in Nepal's time, and two builds: what each lands before the
first, and what it lands before the second. The ids of a case are its own. Each looks at rows
computed by hand; that all of it equals a full refresh is the last test.
"""

import dataclasses
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg import sql

from loaders.pipeline import Progress, load
from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import write_ndjson
from tests.integration.marts import (
    Rows,
    assert_full_refresh_changes_nothing,
    build,
    every_row,
    query_of,
)
from tests.short_records import entity, event

ZONE = "Asia/Kathmandu"
JUST_BEFORE_MIDNIGHT, MIDNIGHT = "18:14:59", "18:15:00"
Record = dict[str, Any]


class Case(NamedTuple):
    """What lands before the first build, and what before the second."""

    first: list[Record]
    then: list[Record]


def _in_session(ref: str, user: str, at: str, session: str) -> Record:
    return event(ref, "page_view", user, at, _sessionId=session)


CASES = {
    "a session's start": Case(
        [_in_session("start2", "starter", "10:10:00", "s-start")],
        [_in_session("start1", "starter", "10:00:00", "s-start")],
    ),
    "a session's user": Case(
        [_in_session("whose2", "second", "10:10:00", "s-whose")],
        [_in_session("whose1", "first", "10:00:00", "s-whose")],
    ),
    "an inferred session's first event": Case(
        [
            event("auto2", "page_view", "auto", "10:10:00"),
            event("auto4", "page_view", "auto", "10:50:00"),
        ],
        [
            event("auto1", "page_view", "auto", "09:50:00"),
            event("auto3", "page_view", "auto", "10:30:00"),
        ],
    ),
    "an earlier withdrawal of consent": Case(
        [
            event("free1", "page_view", "private", "10:05:00"),
            event("free2", "page_view", "private", "10:20:00"),
            event("free3", "consent_updated", "private", "10:30:00", analytics=False),
            event("free4", "page_view", "private", "10:40:00"),
        ],
        [event("free0", "consent_updated", "private", "10:10:00", analytics=False)],
    ),
    "a post's author": Case(
        [
            event("post2", "post_created", "claimant", "10:10:00", postId="disputed"),
            event("post3", "post_like", "fan", "10:20:00", postId="disputed"),
        ],
        [
            event(
                "post1", "community_post", "writer", "10:00:00", postId="disputed", communityId="c"
            )
        ],
    ),
    "a renamed user": Case(
        [
            entity("user", "renamed", username="sita"),
            event("name1", "post_comment", "fan", "10:00:00", postId="by-sita", postAuthor="sita"),
        ],
        [
            entity("user", "renamed", "2024-01-02T00:00:00Z", username="gita"),
            entity("user", "namesake", "2024-01-02T00:00:00Z", username="sita"),
        ],
    ),
    "equal timestamps": Case(
        [
            event("a-like", "post_like", "twin", "10:00:00", postId="liked"),
            event("c-like", "post_like", "twin", "10:00:00", postId="unliked"),
        ],
        [
            # As bytes "B" comes before "a", so what landed first is the later of the two.
            event("B-unlike", "post_like", "twin", "10:00:00", postId="liked", action="unlike"),
            event("d-unlike", "post_like", "twin", "10:00:00", postId="unliked", action="unlike"),
        ],
    ),
    "a day in Nepal": Case(
        [event("day1", "page_view", "nepali", JUST_BEFORE_MIDNIGHT)],
        [event("day2", "page_view", "nepali", MIDNIGHT)],
    ),
    "a load that commits late": Case(
        [event("same", "page_view", "quick", "10:00:00")],
        [],
    ),
}
# Of the load that begins before all others and commits between the builds.
LATE = [
    event("same", "page_view", "slow", "10:00:00"),
    event("late", "page_view", "slow", "10:01:00"),
]


@dataclasses.dataclass(frozen=True)
class Told:
    """The rows of every mart after the first build and after the second."""

    database: Settings
    first: dict[str, Rows]
    then: dict[str, Rows]

    def both(self, mart: str, key: str, value: str, *columns: str) -> tuple[Any, Any]:
        """Those columns of the one row of each build that has the value, None where none has."""
        return (
            _only(self.first[mart], key, value, columns),
            _only(self.then[mart], key, value, columns),
        )


def _only(rows: Rows, key: str, value: str, columns: tuple[str, ...]) -> tuple[Any, ...] | None:
    found = [tuple(row[column] for column in columns) for row in rows if row[key] == value]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.fixture(scope="module")
def shared_database(settings: Settings, _template: str) -> Iterator[Settings]:
    database = dataclasses.replace(settings, database="law_cases")
    name = sql.Identifier(database.database)
    with psycopg.connect(settings.conninfo(), autocommit=True) as connection:
        template = sql.Identifier(_template)
        connection.execute(sql.SQL("create database {} template {}").format(name, template))
        yield database
        connection.execute(sql.SQL("drop database {} with (force)").format(name))


@pytest.fixture(scope="module")
def told(
    shared_database: Settings, dbt: DbtInProcess, tmp_path_factory: pytest.TempPathFactory
) -> Told:
    folder = tmp_path_factory.mktemp("law_cases")
    begun, may_commit = threading.Event(), threading.Event()

    def hold(_: Progress) -> None:
        begun.set()
        may_commit.wait(600)

    def land(name: str, records: list[Record]) -> None:
        load([str(write_ndjson(folder / name, records))], shared_database)

    def built() -> dict[str, Rows]:
        build(dbt, shared_database, "--exclude-resource-type", "test", zone=ZONE)
        return every_row(query_of(shared_database))

    late = write_ndjson(folder / "late.jsonl", LATE)
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(load, [str(late)], shared_database, hold)
        try:
            assert begun.wait(60)
            land("first.jsonl", [record for case in CASES.values() for record in case.first])
            first = built()
        finally:
            may_commit.set()
        slow.result(60)
    land("then.jsonl", [record for case in CASES.values() for record in case.then])
    return Told(shared_database, first, built())


def test_a_late_event_moves_the_start_of_its_session(told: Told) -> None:
    first, then = told.both("user_sessions", "session_ref", "s-start", "duration", "page_views")
    assert first == (timedelta(0), 1)
    assert then == (timedelta(minutes=10), 2)


def test_a_late_event_gives_its_session_to_another_user(told: Told) -> None:
    assert told.both("user_sessions", "session_ref", "s-whose", "user_ref") == (
        ("second",),
        ("first",),
    )
    assert told.both("users", "user_ref", "second", "total_sessions") == ((1,), (0,))
    assert told.both("users", "user_ref", "first", "total_sessions") == (None, (1,))
    daily = told.both("user_interactions_daily", "user_ref", "second", "sessions_count")
    assert daily == ((1,), (0,))


def test_a_late_first_event_replaces_an_inferred_session(told: Told) -> None:
    def sessions(rows: Rows) -> dict[str, tuple[int, timedelta]]:
        return {
            row["session_ref"]: (row["page_views"], row["duration"])
            for row in rows
            if row["user_ref"] == "auto"
        }

    assert sessions(told.first["user_sessions"]) == {
        "auto:auto:1704103800000": (1, timedelta(0)),
        "auto:auto:1704106200000": (1, timedelta(0)),
    }
    assert sessions(told.then["user_sessions"]) == {
        "auto:auto:1704102600000": (4, timedelta(hours=1)),
    }
    assert told.both("users", "user_ref", "auto", "total_sessions") == ((2,), (1,))


def test_an_earlier_withdrawal_of_consent_suppresses_what_was_counted(told: Told) -> None:
    assert told.both("events", "event_ref", "free1", "status") == (("processed",), ("processed",))
    assert told.both("events", "event_ref", "free2", "status") == (("processed",), ("suppressed",))
    assert told.both("events", "event_ref", "free4", "status") == (("suppressed",), ("suppressed",))
    daily = told.both("user_interactions_daily", "user_ref", "private", "pages_viewed")
    assert daily == ((2,), (1,))


def test_an_earlier_creation_gives_a_post_to_another_author(told: Told) -> None:
    received = "total_likes_received"
    assert told.both("users", "user_ref", "claimant", received) == ((1,), (0,))
    assert told.both("users", "user_ref", "writer", received) == (None, (1,))
    first, then = told.both("content_analytics", "content_ref", "disputed", "author_id")
    assert first == told.both("users", "user_ref", "claimant", "id")[0]
    assert then == told.both("users", "user_ref", "writer", "id")[1]


def test_a_rename_gives_a_named_post_to_the_new_bearer(told: Told) -> None:
    received = ("username", "total_comments_received")
    assert told.both("users", "user_ref", "renamed", *received) == (("sita", 1), ("gita", 0))
    assert told.both("users", "user_ref", "namesake", *received) == (None, ("sita", 1))
    first, then = told.both("content_analytics", "content_ref", "by-sita", "author_id")
    assert first == told.both("users", "user_ref", "renamed", "id")[0]
    assert then == told.both("users", "user_ref", "namesake", "id")[1]


def test_events_of_one_time_are_ordered_by_their_ids_as_bytes(told: Told) -> None:
    assert told.both("users", "user_ref", "twin", "total_likes_given") == ((2,), (1,))


def test_a_day_begins_at_midnight_in_the_reporting_zone(told: Told) -> None:
    def dates(rows: Rows) -> set[date]:
        return {row["date"] for row in rows if row["user_ref"] == "nepali"}

    assert dates(told.first["user_interactions_daily"]) == {date(2024, 1, 1)}
    assert dates(told.then["user_interactions_daily"]) == {date(2024, 1, 1), date(2024, 1, 2)}


def test_a_load_that_commits_late_is_read_and_displaces_nothing(told: Told) -> None:
    loads = query_of(told.database)("select file_name from raw.loads order by load_id")
    assert [Path(one["file_name"]).name for one in loads] == [
        *("late.jsonl", "first.jsonl", "then.jsonl")
    ]
    assert told.both("events", "event_ref", "late", "user_ref") == (None, ("slow",))
    assert told.both("events", "event_ref", "same", "user_ref") == (("quick",), ("quick",))
    assert told.both("users", "user_ref", "slow", "total_sessions") == (None, (1,))


def test_all_of_it_equals_a_full_refresh(told: Told, dbt: DbtInProcess) -> None:
    query = query_of(told.database)
    assert_full_refresh_changes_nothing(dbt, told.database, query, ZONE)
