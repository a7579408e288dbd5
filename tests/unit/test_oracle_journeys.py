"""The oracle's weeks, funnels, credits and anomalies against examples computed by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.oracle.conversion_credits import referrer_host
from tests.short_records import entity, event
from tests.unit.oracle_cases import rows


def on(day: str, ref: str, name: str, who: str | None = "u1", **data: Any) -> dict[str, Any]:
    """An event at 10:00 of a date."""
    return event(ref, name, who, f"{day}T10:00:00Z", **data)


def test_a_user_is_new_returns_sleeps_and_rises(marts: Any) -> None:
    days = ["2024-01-07", "2024-01-08", "2024-01-29"]
    result = marts(*(on(day, day, "page_view") for day in days))
    lifecycle = rows(result, "lifecycle_weekly", "week")
    assert lifecycle[date(2024, 1, 1)]["new_users"] == 1
    assert lifecycle[date(2024, 1, 8)]["returning_users"] == 1
    assert lifecycle[date(2024, 1, 15)]["dormant_users"] == 1
    assert lifecycle[date(2024, 1, 22)]["dormant_users"] == 0
    assert lifecycle[date(2024, 1, 29)]["resurrected_users"] == 1
    retention = rows(result, "retention_weekly", "weeks_since")
    assert [retention[week]["retained_users"] for week in range(5)] == [1, 1, 0, 0, 1]


def test_a_funnel_is_passed_in_order_and_within_seven_days(marts: Any) -> None:
    result = marts(
        on("2024-01-01", "e1", "search_performed", query="a"),
        on("2024-01-08", "e2", "search_result_click", resultId="r"),
        on("2024-01-01", "e3", "search_performed", "u2", query="a"),
        on("2024-01-09", "e4", "search_result_click", "u2", resultId="r"),
        on("2024-01-01", "e5", "search_result_click", "u3", resultId="r"),
        on("2024-01-02", "e6", "search_performed", "u3", query="a"),
    )
    steps = {row["step"]: row for row in result["funnel_steps"] if row["funnel"] == "search"}
    assert (steps[1]["users"], steps[2]["users"]) == (3, 1)
    assert steps[1]["conversion_from_previous"] is None
    assert steps[2]["conversion_from_first"] == Decimal("0.3333")


def test_one_event_is_not_two_steps(marts: Any) -> None:
    result = marts(
        on("2024-01-01", "e1", "session_start"),
        on("2024-01-02", "e2", "post_created", postId="p"),
    )
    steps = {row["step"]: row for row in result["funnel_steps"] if row["funnel"] == "creation"}
    assert [steps[step]["users"] for step in (1, 2, 3)] == [1, 1, 0]


def test_every_session_before_a_conversion_has_a_share(marts: Any) -> None:
    def visit(day: str, ref: str, referrer: str | None) -> dict[str, Any]:
        return on(day, ref, "page_view", _metadata={"referrer": referrer})

    result = marts(
        entity("user", "u1", registrationSource="ads"),
        visit("2024-01-01", "e1", "https://too.early.example/"),
        visit("2024-01-10", "e2", "https://www.search.example/?q"),
        visit("2024-01-11", "e3", None),
        visit("2024-01-12", "e4", "https://www.search.example/"),
        on("2024-02-01", "e5", "post_created", postId="p"),
    )
    channels = rows(result, "conversion_credits", "channel")
    assert set(channels) == {"search.example", "ads"}
    search, ads = channels["search.example"], channels["ads"]
    assert (search["first_touch"], search["last_touch"]) == (1, 0)
    assert (search["linear"], ads["linear"]) == (Decimal("0.5"), Decimal("0.5"))
    assert (search["position_based"], ads["position_based"]) == (Decimal("0.5"), Decimal("0.5"))


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        ("https://WWW.Example.com:8080/a?b#c", "example.com"),
        ("http://user:pass@example.com?q=http://x", "example.com"),
        ("http://[::1]:80/", "[::1]"),
        ("https://www./", "www."),
        ("android-app://com.example", "com.example"),
        ("//example.com/", None),
        ("/home", None),
        ("", None),
        ("https://", None),
        ("https://a b/", None),
        ("https://example.com:port/", None),
        ("https://İ.example/", None),
        (f"https://{'a' * 253}/", "a" * 253),
        (f"https://{'a' * 254}/", None),
    ],
)
def test_a_referrer_names_a_host_or_nothing(referrer: str, host: str | None) -> None:
    assert referrer_host(referrer) == host


def test_an_interaction_in_the_first_seven_days_activates(marts: Any) -> None:
    created = {"createdAt": "2024-01-01T10:00:00Z"}
    result = marts(
        entity("user", "u1", registrationSource="ads", **created),
        entity("user", "u2", registrationSource="ads", **created),
        on("2024-01-01", "e1", "post_like", "u1", postId="p"),
        on("2024-01-08", "e2", "post_like", "u2", postId="p"),
        on("2024-01-08", "e3", "post_like", "u3", postId="p"),
    )
    attribution = rows(result, "attribution", "registration_source")
    assert (attribution["ads"]["users"], attribution["ads"]["activated_users"]) == (2, 1)
    assert attribution[None]["activated_users"] == 1


def test_yesterday_is_judged_by_median_and_mad(marts: Any) -> None:
    def likes(day: int, count: int) -> list[dict[str, Any]]:
        text = f"2024-01-{day:02}"
        return [on(text, f"{day}-{number}", "post_like", postId="p") for number in range(count)]

    history = [one for day in range(1, 15) for one in likes(day, 1 + 2 * (day % 2))]
    found = rows(marts(*history, *likes(15, 9), *likes(16, 1)), "anomalies", "metric")
    liked = found["posts_liked"]
    assert (liked["value"], liked["median"], liked["mad"]) == (9, 2, 1)
    assert (liked["robust_z"], liked["is_anomaly"]) == (Decimal("4.7215"), True)
    assert found["dau"]["note"] == "history without spread"
    short = rows(marts(*history, *likes(15, 9)), "anomalies", "metric")
    assert short["posts_liked"]["note"] == "too little history"
