"""The oracle's daily metrics against examples computed by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.short_records import event
from tests.unit.oracle_cases import rows

FIRST, SECOND = date(2024, 1, 1), date(2024, 1, 2)
BEFORE_MIDNIGHT, MIDNIGHT = "18:14:59", "18:15:00"  # in Kathmandu
ERROR = {"errorType": "TypeError", "errorMessage": "x is undefined"}


def test_a_session_counts_on_the_date_it_started(marts: Any) -> None:
    result = marts(
        event("a1", "page_view", "u1", BEFORE_MIDNIGHT, _sessionId="a"),
        event("a2", "page_view", "u1", "18:20:00", _sessionId="a"),
        event("b1", "page_view", "u2", MIDNIGHT, _sessionId="b"),
        event("c1", "page_view", "u2", "18:30:00", _sessionId="c"),
        event("c2", "search_performed", "u2", "18:30:01", _sessionId="c", query="q"),
        event("d1", "page_view", None, "18:40:00", _sessionId="d"),
        zone="Asia/Kathmandu",
    )
    days = rows(result, "sessions_daily", "date")
    assert (days[FIRST]["sessions"], days[FIRST]["users"]) == (1, 1)
    assert days[FIRST]["avg_duration"] == timedelta(minutes=5, seconds=1)
    assert (days[FIRST]["pages_per_session"], days[FIRST]["bounce_rate"]) == (2, 0)
    assert (days[SECOND]["sessions"], days[SECOND]["users"]) == (3, 1)
    assert days[SECOND]["avg_duration"] == timedelta(microseconds=333333)
    assert days[SECOND]["pages_per_session"] == 1
    assert days[SECOND]["bounce_rate"] == Decimal("0.6667")


def test_pairs_have_a_direction_and_count_once(marts: Any) -> None:
    (day,) = marts(
        event("e1", "message_sent", "u1", "10:00:00", recipientId="u2"),
        event("e2", "message_sent", "u1", "10:00:01", recipientId="u2"),
        event("e3", "user_follow", "u1", "10:00:02", targetUserId="u2"),
        event("e4", "user_follow", "u2", "10:00:03", targetUserId="u1", action="unfollow"),
        event("e5", "profile_view", None, "10:00:04", profileUserId="u1"),
        event("e6", "profile_view", "u1", "10:00:05", profileUserId="u1"),
        event("e7", "post_view", "u1", "10:00:06", postId="p"),
    )["social_daily"]
    assert (day["follows"], day["unfollows"]) == (1, 1)
    assert (day["messages"], day["profile_views"], day["user_pairs"]) == (2, 2, 3)


def test_content_is_counted_by_events_of_the_date(marts: Any) -> None:
    result = marts(
        event("v1", "post_view", "u1", "10:00:00", postId="p"),
        event("v2", "post_view", "u1", "10:00:00", postId="q"),
        event("v3", "post_view", None, "10:00:00", postId="p", _sessionId="s"),
        event("v4", "post_view", None, "10:00:00", postId="p"),
        event("l1", "post_like", "u1", "10:00:00", postId="p"),
        event("l2", "post_like", "u1", "10:00:01", postId="p"),
        event("l3", "post_like", "u1", "10:00:02", postId="p", action="unlike"),
        event("c1", "post_comment", "u1", "10:00:00", postId="p", commentId="c"),
        event("n1", "news_article_share", "u1", "10:00:00", articleId="n"),
        event("x1", "post_created", "u1", "2024-01-02T10:00:00Z", postId="p"),
        event("x2", "post_like", "u1", "2024-01-02T10:00:00Z", postId="p", action="unlike"),
    )
    days = {(row["date"], row["content_type"]): row for row in result["content_daily"]}
    assert set(days) == {(FIRST, "post"), (FIRST, "news_article")}
    post, article = days[FIRST, "post"], days[FIRST, "news_article"]
    assert (post["views"], post["unique_viewers"]) == (4, 2)
    assert (post["likes"], post["comments"], post["shares"]) == (2, 1, 0)
    assert post["engagement_rate"] == Decimal("0.75")
    assert (article["shares"], article["engagement_rate"]) == (1, None)


def test_errors_are_measured_against_every_event_of_the_date(marts: Any) -> None:
    result = marts(
        event("e1", "error_occurred", "u1", "10:00:00", **ERROR),
        event("e2", "error_occurred", "u1", "10:00:00", **ERROR),
        event("e3", "error_occurred", None, "10:00:00", **ERROR),
        event("e4", "error_occurred", "u2", "10:00:00", **ERROR, category="", severity="low"),
        event("p1", "page_view", None, "10:00:00"),
        event("p2", "performance_metric", None, "10:00:00", metricName="m", metricValue=1),
        event("p3", "page_view", None, "2024-01-02T10:00:00Z"),
    )
    errors = rows(result, "errors_daily", "category")
    assert set(errors) == {None, ""}
    assert (errors[None]["errors"], errors[None]["users_affected"]) == (3, 1)
    assert errors[None]["errors_per_1k_events"] == 500
    assert (errors[""]["severity"], errors[""]["errors_per_1k_events"]) == (
        "low",
        Decimal("166.6667"),
    )


def test_percentiles_lie_between_the_samples(marts: Any) -> None:
    def measured(ref: str, value: int, platform: str | None) -> dict[str, Any]:
        data = {"metricName": "lcp", "metricValue": value}
        record = event(ref, "performance_metric", None, "10:00:00", **data)
        return record | ({"metadata": {"platform": platform}} if platform else {})

    result = marts(
        *(measured(f"web {value}", value, "web") for value in (400, 100, 300, 200)),
        measured("largest", 10**399, None),
        measured("smallest", -(10**399), None),
    )
    platforms = rows(result, "performance_daily", "platform")
    percentiles = [platforms["web"][each] for each in ("p50", "p75", "p95", "p99")]
    assert percentiles == pytest.approx([250, 325, 385, 397])
    assert platforms["web"]["samples"] == 4
    assert (platforms[None]["p50"], platforms[None]["p99"]) == (0, pytest.approx(9.8e299))


def test_a_feature_is_adopted_by_users_of_those_active(marts: Any) -> None:
    result = marts(
        event("e1", "post_like", "u1", "10:00:00", postId="p"),
        event("e2", "post_like", "u1", "10:00:01", postId="p", action="unlike"),
        event("e3", "page_view", "u2", "10:00:00"),
        event("e4", "page_view", "u3", "10:00:00"),
        event("e5", "post_like", None, "10:00:00", postId="p", _sessionId="s"),
        event("e6", "story_view", None, "10:00:00", storyId="p", _sessionId="s"),
    )
    features = rows(result, "feature_adoption", "event_name")
    assert set(features) == {"post_like", "page_view"}
    assert (features["post_like"]["users"], features["page_view"]["users"]) == (1, 2)
    assert features["post_like"]["adoption_rate"] == Decimal("0.3333")
    assert features["page_view"]["adoption_rate"] == Decimal("0.6667")
