"""Retention: what is too old goes from schema raw, and the models become what is left."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click.testing
import psycopg
import pytest

from loaders.catalogue import load_catalogue
from loaders.settings import Settings
from orchestration.cli import main
from privacy.retention import Finding, Policies, apply, find, load_policies
from tests.dbt_in_process import DbtInProcess
from tests.integration import hostile_community
from tests.integration.conftest import Land, Query
from tests.integration.marts import alone, assert_full_refresh_changes_nothing, build, every_row

Connection = psycopg.Connection[Any]
WITHOUT_TESTS = ("--exclude-resource-type", "test")
NOW = datetime(2024, 6, 1, tzinfo=UTC)
OLD, NEW = "2024-03-02T23:59:59Z", "2024-03-04T00:00:00Z"
AUTHOR = """
    select user_ref
    from marts.content_analytics
    inner join marts.users on content_analytics.author_id = users.id
"""
PLACE = {"city": "Pokhara", "region": "Gandaki", "ipAddress": "10.1.2.3", "userAgent": "Lynx"}


@pytest.fixture
def policies() -> Policies:
    return load_policies()


def event(event_id: str, timestamp: str, **members: Any) -> dict[str, Any]:
    return {"eventId": event_id, "eventName": "page_view", "timestamp": timestamp, **members}


def user(user_id: str, username: str, **data: Any) -> dict[str, Any]:
    named = {"username": username, "email": f"{username}@example.np"}
    return {
        "entityType": "user",
        "entityId": user_id,
        "updatedAt": "2021-01-01T00:00:00Z",
        "data": {**named, "createdAt": "2021-01-01T00:00:00Z", **data},
    }


def raw_of(query: Query, event_id: str) -> dict[str, Any]:
    (row,) = query("select data, metadata, other from raw.events where event_id = %s", event_id)
    return row


def test_old_events_lose_where_and_with_what_a_person_was(
    connection: Connection, policies: Policies, land: Land, query: Query
) -> None:
    kept = {"platform": "web", "country": "NP"}
    start = {"eventName": "session_start", "data": PLACE | kept, "metadata": PLACE | kept}
    land(
        [
            event("old", OLD, **start, ipAddress="10.1.2.3", note="kept"),
            event("other", OLD, ipAddress="10.1.2.3"),
            event("bare", OLD, data={"title": "kept"}),
            event("new", NEW, **start, ipAddress="10.1.2.3"),
        ]
    )

    found = find(connection, policies, NOW)
    went = apply(connection, policies, NOW)

    words = "ipAddress, userAgent, city, region before 2024-03-03"
    assert found == went == [Finding("context", "raw.events", 2, words)]
    assert raw_of(query, "old") == {"data": kept, "metadata": kept, "other": {"note": "kept"}}
    assert raw_of(query, "other")["other"] is None
    assert raw_of(query, "bare")["data"] == {"title": "kept"}
    assert raw_of(query, "new")["metadata"] == PLACE | kept
    assert raw_of(query, "new")["other"] == {"ipAddress": "10.1.2.3"}


def test_what_is_no_text_stays_no_text_so_that_an_invalid_event_stays_invalid(
    connection: Connection, policies: Policies, land: Land, query: Query
) -> None:
    land([event("odd", OLD, data={"city": {"name": "Pokhara"}, "region": 7, "userAgent": None})])

    apply(connection, policies, NOW)

    assert raw_of(query, "odd")["data"] == {"city": False, "region": False}
    assert find(connection, policies, NOW) == []


def test_old_rejected_records_lose_their_bytes_and_stay_counted(
    connection: Connection, policies: Policies, land: Land, query: Query
) -> None:
    land([b"not json from 10.1.2.3", event("e", NEW)])

    assert find(connection, policies, datetime.now(UTC) + timedelta(days=89)) == []
    later = datetime.now(UTC) + timedelta(days=91)
    went = {one.table: one.rows for one in apply(connection, policies, later)}

    (row,) = query("select record, record_bytes, reason from raw.rejected_records")
    assert went == {"raw.rejected_records": 1}
    assert (row["record"], row["record_bytes"], row["reason"]) == (b"", 22, "not_json")


def test_it_says_what_would_go_and_leaves_it(
    connection: Connection, policies: Policies, land: Land, query: Query
) -> None:
    land([event("old", OLD, metadata=PLACE), b"broken"])

    find(connection, policies, NOW)

    assert raw_of(query, "old")["metadata"] == PLACE
    assert query("select count(*) as entries from audit.log")[0]["entries"] == 0


def test_what_stopped_half_way_goes_on_and_what_is_done_is_not_done_again(
    connection: Connection,
    policies: Policies,
    land: Land,
    query: Query,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("privacy.retention.applying.count_rejected", lambda *_: 0)
    for number in range(3):
        land([event(f"old-{number}", OLD, metadata=PLACE)])
    connection.execute(
        "create function stop() returns trigger language plpgsql as $$ begin"
        " if new.event_id = 'old-2' then raise exception 'killed'; end if; return new; end $$;"
        " create trigger stop before update on raw.events for each row execute function stop()"
    )
    with pytest.raises(psycopg.errors.RaiseException):
        apply(connection, policies, NOW)
    left = query("select event_id from raw.events where metadata <> '{}'")
    connection.execute("drop trigger stop on raw.events")

    rest = apply(connection, policies, NOW)

    assert left == [{"event_id": "old-2"}]
    assert [one.rows for one in rest] == [1]
    assert apply(connection, policies, NOW) == []


def test_the_marts_become_what_a_full_refresh_makes_of_what_is_left(
    database: Settings,
    connection: Connection,
    policies: Policies,
    dbt: DbtInProcess,
    query: Query,
    land: Land,
) -> None:
    made = hostile_community.records(seed=5)
    land(made[:200])
    build(dbt, database, *WITHOUT_TESTS)
    before = every_row(query)
    # Everybody who did nothing on the last date is inactive; a good half of the events is old.
    strict = replace(policies, identifiers=replace(policies.identifiers, after_months=0))
    now = hostile_community.START + timedelta(days=20 + policies.context.after_days)

    went = {one.table: one.rows for one in apply(connection, strict, now)}
    build(dbt, database, *WITHOUT_TESTS)

    assert went["raw.events"] > 20
    assert went["users"] > 0
    after = every_row(query)
    assert_same_but_for_what_went(before, after)
    land(made[200:])
    build(dbt, database, *WITHOUT_TESTS)
    assert_full_refresh_changes_nothing(dbt, database, query)


def assert_same_but_for_what_went(
    before: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]]
) -> None:
    """Nobody is invented, no content changes its author, and old events have no city."""
    authors = [
        {(row["content_ref"], str(row["author_id"])) for row in rows["content_analytics"]}
        for rows in (before, after)
    ]
    people = [{row["user_ref"] for row in rows["users"]} for rows in (before, after)]
    named = [sum(row["username"] is not None for row in rows["users"]) for rows in (before, after)]
    cities = [{row["date"] for row in rows["events"] if row["city"]} for rows in (before, after)]
    assert authors[0] == authors[1]
    assert people[0] == people[1]
    assert named[1] < named[0]
    assert min(cities[1]) > min(cities[0])


def test_a_user_long_inactive_is_named_by_id(
    database: Settings,
    connection: Connection,
    policies: Policies,
    dbt: DbtInProcess,
    query: Query,
    land: Land,
) -> None:
    view = {"eventName": "post_view", "userId": "u2"}
    land(
        [
            user("u1", "asha", role="admin"),
            user("u2", "bina"),
            event("long-ago", "2022-02-28T10:00:00Z", userId="u1"),
            event("by-name", NEW, **view, data={"postId": "p1", "postAuthor": "asha"}),
            event("no-text", NEW, **view, data={"postId": "p1", "postAuthor": ["asha"]}),
        ]
    )
    build(dbt, database, *alone("users", "content_analytics"))

    went = apply(connection, policies, NOW)
    build(dbt, database, *alone("users", "content_analytics"))

    assert [(one.table, one.rows) for one in went] == [("users", 1)]
    assert raw_of(query, "by-name")["data"] == {"postId": "p1", "postAuthor": "u1"}
    assert raw_of(query, "no-text")["data"] == {"postId": "p1", "postAuthor": ["asha"]}
    users = query("select user_ref, username, email, role from marts.users order by user_ref")
    assert [tuple(row.values()) for row in users] == [
        ("u1", None, None, "admin"),
        ("u2", "bina", "bina@example.np", "free"),
    ]
    assert query("select from intermediate.entity_backfills") == []
    (author,) = query(AUTHOR)
    assert author == {"user_ref": "u1"}
    assert find(connection, policies, NOW) == []


def test_the_command_says_what_would_go(
    database: Settings, land: Land, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CHHIMEKI_HOME", str(tmp_path))
    command = click.testing.CliRunner().invoke
    dry_run = ["privacy", "retention", "--dry-run"]

    nothing = command(main, dry_run)
    land([event("old", OLD, metadata=PLACE)])
    something = command(main, dry_run)

    assert nothing.stdout == "Nothing is too old.\n"
    assert something.stdout.startswith("context: 1 of raw.events (ipAddress, userAgent, city, ")


def test_the_log_tells_what_went(
    connection: Connection, policies: Policies, land: Land, query: Query
) -> None:
    land([event("old", OLD, metadata=PLACE)])

    apply(connection, policies, NOW)

    (entry,) = query("select action, detail from audit.log")
    assert entry == {"action": "retention", "detail": {"context raw.events": 1}}


def test_policies_and_catalogue_agree(policies: Policies) -> None:
    catalogue = load_catalogue()
    fields = [
        *catalogue.envelope.metadata,
        *(field for one in catalogue.event_types for field in one.fields),
    ]
    direct = {field.name for field in fields if field.pii == "direct"}
    ruled = {*policies.context.keys, *policies.identifiers.names}
    chosen = [field for field in fields if field.name in ruled]

    assert direct <= ruled, "a direct identifier that no policy removes"
    assert ruled == {field.name for field in chosen}, "a key that no event has"
    # Taken out of an event, any other would make it invalid, or worth something else.
    assert not [one for one in chosen if one.pii == "none" or one.required or one.enum]
