"""The oracle against examples computed by hand, so that it cannot be wrong unseen."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.oracle import read_records
from tests.short_records import entity, event
from tests.unit.oracle_cases import rows


def test_a_session_is_measured(marts: Any) -> None:
    session = {"_sessionId": "s1"}
    result = marts(
        event("e4", "post_like", "u1", "10:03:30", postId="p", **session),
        event("e1", "page_view", None, "10:00:00", scrollDepth=0.5, **session),
        event("e2", "session_start", "u1", "10:01:00", ipAddress="203.0.113.9", **session),
        event("e3", "page_view", "u2", "10:02:00", scrollDepth=0.25, **session)
        | {"metadata": {"platform": "fridge", "country": "NP", "ipAddress": "10.1.2.3"}},
    )
    (row,) = result["user_sessions"]
    assert (row["session_ref"], row["user_ref"]) == ("s1", "u1")
    assert (row["platform"], row["country"], row["ip_address"]) == ("other", "NP", "203.0.113.0/24")
    assert row["duration"] == timedelta(minutes=3, seconds=30)
    assert row["time_to_first_interaction"] == timedelta(minutes=3, seconds=30)
    assert (row["page_views"], row["interactions"]) == (2, 1)
    assert row["scroll_depth_avg"] == Decimal("0.3750")
    assert row["bounce_rate"] == 0


def test_thirty_minutes_keep_an_auto_session_open_and_more_do_not(marts: Any) -> None:
    result = marts(
        event("e1", "page_view", "u1", "10:00:00.123456"),
        event("e2", "page_view", "u1", "10:30:00.123456"),
        event("e3", "page_view", "u1", "11:00:00.123457"),
        event("e4", "page_view", None, "11:00:00"),
        event("e5", "page_view", "u1", "10:10:00", _sessionId="s"),
    )
    sessions = rows(result, "user_sessions", "session_ref")
    assert set(sessions) == {"auto:u1:1704103200123", "auto:u1:1704106800123", "s"}
    assert sessions["auto:u1:1704103200123"]["duration"] == timedelta(minutes=30)


def test_the_last_action_decides_a_state(marts: Any) -> None:
    result = marts(
        event("e1", "post_created", "author", "09:00:00", postId="p"),
        event("e2", "post_like", "u1", "10:00:00", postId="p", postAuthor="someone else"),
        event("e3", "post_like", "u1", "10:01:00", postId="p", action="like"),
        event("b", "post_like", "u2", "10:02:00", postId="p", action="unlike"),
        event("a", "post_like", "u2", "10:02:00", postId="p"),
        event("e6", "post_like", None, "10:03:00", postId="p"),
        event("e7", "user_follow", "u1", "10:04:00", targetUserId="silent"),
        event("e8", "user_follow", "u2", "10:04:00", targetUserId="silent", action="unfollow"),
    )
    users = rows(result, "users", "user_ref")
    assert set(users) == {"author", "u1", "u2", "silent"}
    assert users["author"]["total_likes_received"] == 1
    assert (users["u1"]["total_likes_given"], users["u2"]["total_likes_given"]) == (1, 0)
    assert users["silent"]["total_followers"] == 1
    assert users["silent"]["last_active_at"] is None
    assert users["silent"]["created_at"] == datetime(2024, 1, 1, 10, 4, tzinfo=UTC)


def test_consent_suppresses_from_the_withdrawal_to_the_return(marts: Any) -> None:
    result = marts(
        event("e1", "page_view", "u1", "10:00:00"),
        event("e2", "consent_updated", "u1", "10:01:00", analytics=False),
        event("e1b", "page_view", "u1", "10:01:00"),
        event("e3", "page_view", "u1", "10:01:00"),
        event("e4", "page_view", "u2", "10:02:00"),
        event("e5", "consent_updated", "u1", "10:03:00", analytics="yes"),
        event("e6", "consent_updated", "u1", "10:04:00", analytics=True),
        event("e7", "page_view", "u1", "10:05:00"),
        event("e8", "no_such_event", "u1", "10:02:00"),
    )
    status = {ref: row["status"] for ref, row in rows(result, "events", "event_ref").items()}
    assert status.pop("e3") == "suppressed"
    assert (status.pop("e5"), status.pop("e8")) == ("invalid", "invalid")
    assert set(status.values()) == {"processed"}
    errors = rows(result, "events", "event_ref")["e5"]["validation_errors"]
    assert errors == [{"field": "data.analytics", "violation": "wrong_type"}]


def test_the_first_landed_of_duplicates_is_the_event_even_an_invalid_one(marts: Any) -> None:
    result = marts(
        event("e1", "post_view", "u1", "10:00:00"),
        event("e1", "post_view", "u1", "10:00:00", postId="p"),
        event("e2", "page_view", "u1", "11:00:00"),
        event("e2", "page_view", "u1", "09:00:00"),
    )
    assert [row["status"] for row in result["events"]] == ["invalid", "processed"]
    (row,) = result["users"]
    assert row["last_active_at"] == datetime(2024, 1, 1, 11, tzinfo=UTC)


def test_an_author_is_named_by_id_then_by_current_username_then_stands_for_itself(
    marts: Any,
) -> None:
    result = marts(
        entity("user", "u9", username="sita", createdAt="2023-05-01T05:45:00+05:45", role="admin"),
        entity("user", "u5", username="old", createdAt="never"),
        entity("user", "u5", "2024-01-02T00:00:00Z", username="sita", role=""),
        event("e1", "post_comment", "u1", "10:00:00", postId="p1", postAuthor="sita"),
        event("e2", "post_comment", "u1", "10:01:00", postId="p2", postAuthor="u9"),
        event("e3", "post_share", "u9", "10:02:00", postId="p2"),
        event("e4", "story_view", "u1", "10:03:00", storyId="s", storyAuthor="old"),
    )
    users = rows(result, "users", "user_ref")
    assert set(users) == {"u1", "u5", "u9", "old"}
    assert users["u5"]["total_comments_received"] == users["u9"]["total_comments_received"] == 1
    assert users["u9"]["total_shares_received"] == users["u9"]["total_shares_given"] == 1
    assert (users["u9"]["role"], users["u5"]["role"]) == ("admin", "free")
    assert users["u9"]["created_at"] == datetime(2023, 5, 1, tzinfo=UTC)
    assert users["u5"]["created_at"] == datetime(2024, 1, 1, 10, tzinfo=UTC)
    assert users["u5"]["username"] == "sita"


def test_scores_are_those_of_the_page(marts: Any) -> None:
    result = marts(
        event("e1", "post_created", "u1", "10:00:00", postId="p"),
        event("e2", "post_view", "u1", "10:01:00", postId="p"),
        event("e3", "message_sent", "u1", "10:02:00", recipientId="u2"),
        event("e4", "profile_view", "u1", "10:03:00", profileUserId="u2"),
        event("e5", "post_created", "u3", "2023-12-02T23:59:59Z", postId="old"),
    )
    daily = rows(result, "user_interactions_daily", "user_ref")
    assert daily["u1"]["engagement_score"] == Decimal("6.6")  # 5 + 0.1 + 1 + 0.5
    users = rows(result, "users", "user_ref")
    # 50·(1 - e^-0.102) + 30·(1 - e^-0.075) + 20/30 = 4.84852… + 2.16769… + 0.66666…
    assert users["u1"]["engagement_score"] == Decimal("7.6829")
    # The window is 2023-12-03 to 2024-01-01: one second too late for u3.
    assert users["u3"]["engagement_score"] == 0


def test_dates_are_those_of_the_reporting_zone(marts: Any) -> None:
    records = (
        event("e1", "page_view", "u1", "18:14:59"),
        event("e2", "page_view", "u1", "18:15:00"),
        event("e3", "page_view", "u2", "2024-01-05T12:00:00Z"),
    )
    result = marts(*records, zone="Asia/Kathmandu")
    assert {row["date"] for row in result["user_interactions_daily"]} == {
        date(2024, 1, 1),
        date(2024, 1, 2),
        date(2024, 1, 5),
    }
    days = [(row["dau"], row["wau"], row["mau"]) for row in result["active_users_daily"]]
    assert days == [(1, 1, 1), (1, 1, 1), (0, 1, 1), (0, 1, 1), (1, 2, 2)]
    assert result["active_users_daily"][-1]["stickiness"] == Decimal("0.5")


def test_ids_are_the_source_s_uuid_or_derived_from_it(marts: Any) -> None:
    (row,) = marts(event("e", "page_view", "0A0B0C0D-0000-4000-8000-00000000000F", "10:00:00"))[
        "users"
    ]
    assert row["id"] == "0a0b0c0d-0000-4000-8000-00000000000f"
    (row,) = marts(event("e", "page_view", "u1", "10:00:00"))["users"]
    assert row["id"] == "6cc55e24-a677-bcc8-b25e-d1646e0527d2"


def at(timestamp: str) -> bytes:
    return json.dumps({"eventId": "e", "eventName": "x", "timestamp": timestamp}).encode()


def entity_line(kind: str, data: bytes) -> bytes:
    head = {"entityType": kind, "entityId": "e", "updatedAt": "2024-01-01T00:00:00Z"}
    return json.dumps(head).encode()[:-1] + b', "data": ' + data + b"}"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not_json"),
        (b'{"eventId": NaN}', "not_json"),
        (b'{"eventId": "\xff"}', "not_utf8"),
        (b"7", "not_an_object"),
        (b'{"name": "x"}', "unknown_kind"),
        (b'{"eventId": "e", "eventName": "x"}', "missing_key"),
        (b'{"eventId": "", "eventName": "x"}', "empty_key"),
        (b'{"eventId": 7, "eventName": "x"}', "wrong_type"),
        (b'{"eventId": "' + b"e" * 201 + b'"}', "id_too_long"),
        (at("2024-02-30T00:00:00Z"), "bad_timestamp"),
        (at("2024-02-03T00:00:00"), "bad_timestamp"),
        (at("1999-12-31T23:59:59Z"), "timestamp_too_early"),
        (at("2999-12-31T23:59:59Z"), "timestamp_too_late"),
        (b'{"eventId": "\\u0000"}', "unstorable_text"),
        (b'{"eventId": "e", "more": [{"\\ud800": 1}]}', "unstorable_text"),
        (b'{"eventId": "e", "more": 1e999999}', "unstorable_number"),
        (entity_line("god", b"{}"), "unknown_entity_type"),
        (entity_line("user", b"null"), "missing_key"),
    ],
)
def test_an_illegal_record_is_rejected_and_its_neighbours_are_not(
    tmp_path: Path, line: bytes, reason: str
) -> None:
    legal = json.dumps(event("e", "x", "", "10:00:00", _sessionId="")).encode()
    path = tmp_path / "landing.jsonl"
    path.write_bytes(b"\n".join([legal, line, b"", legal]))
    events, _, rejected = read_records([path])
    assert [(reject.number, reject.reason) for reject in rejected] == [(2, reason)]
    assert [(kept.user, kept.session) for kept in events] == [(None, None)] * 2


def test_every_shape_of_file_holds_the_same_records(tmp_path: Path) -> None:
    records = [event(f"e{n}", "page_view", "u", "10:00:00") for n in range(4)]
    array, batches, copy = tmp_path / "a.json", tmp_path / "b.jsonl.gz", tmp_path / "copy.json"
    array.write_text(json.dumps(records[:2], indent=1))
    copy.write_bytes(array.read_bytes())
    batches.write_bytes(gzip.compress(json.dumps({"events": records[2:]}).encode()))
    events, _, rejected = read_records([array, copy, batches])
    assert [each.ref for each in events] == ["e0", "e1", "e2", "e3"]
    assert not rejected
