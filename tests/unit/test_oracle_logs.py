"""The oracle's experiments, errors and measurements against examples computed by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.oracle.identity import uuid_of
from tests.short_records import entity, event
from tests.unit.oracle_cases import rows


def test_an_experiment_is_what_its_latest_snapshot_says(marts: Any) -> None:
    result = marts(
        entity("experiment", "x", "2024-01-03T00:00:00Z", name="newer", variants=["a", "b"]),
        entity("experiment", "x", "2024-01-03T00:00:00Z", name="newest", variants="a"),
        entity("experiment", "x", "2024-01-02T00:00:00Z", name="late", startDate="never"),
        entity("user", "x", "2024-01-04T00:00:00Z", name="a user of that id"),
        entity(
            "experiment",
            "y",
            startDate="2024-01-01T05:45:00+05:45",
            status="completed",
            variants=["control", "b"],
            trafficAllocation={"control": 0.5, "b": 0.5},
            targetMetrics=[{"name": "likes", "event": "post_like", "type": "count"}],
        ),
        event("e", "experiment_assigned", None, "10:00:00", experimentId="z", variant="a"),
    )
    experiments = rows(result, "experiments", "experiment_ref")
    assert (experiments["x"]["name"], experiments["x"]["status"]) == ("newest", "active")
    assert (experiments["x"]["start_date"], experiments["x"]["variants"]) == (None, [])
    assert experiments["y"]["start_date"] == datetime(2024, 1, 1, tzinfo=UTC)
    assert experiments["y"]["variants"] == ["control", "b"]
    assert experiments["y"]["traffic_allocation"] == {"control": 0.5, "b": 0.5}
    assert experiments["y"]["id"] == uuid_of("experiment", "y")
    assert (experiments["z"]["status"], experiments["z"]["variants"]) == ("active", [])
    assert set(experiments) == {"x", "y", "z"}


def test_the_first_assignment_counts_and_a_second_variant_contaminates(marts: Any) -> None:
    def assigned(ref: str, who: str | None, at: str, variant: str) -> dict[str, Any]:
        return event(ref, "experiment_assigned", who, at, experimentId="x", variant=variant)

    result = marts(
        assigned("e3", "u1", "10:01:00", "b"),
        assigned("e2", "u1", "10:00:00", "b"),
        assigned("e1", "u1", "10:00:00", "a"),
        assigned("e4", "u2", "10:00:00", "a"),
        assigned("e5", "u2", "10:05:00", "a"),
        assigned("e6", None, "10:00:00", "a"),
    )
    by_user = rows(result, "experiment_assignments", "user_ref")
    assert set(by_user) == {"u1", "u2"}
    assert (by_user["u1"]["variant"], by_user["u1"]["is_contaminated"]) == ("a", True)
    assert (by_user["u2"]["variant"], by_user["u2"]["is_contaminated"]) == ("a", False)
    assert by_user["u2"]["assigned_at"] == datetime(2024, 1, 1, 10, tzinfo=UTC)


def test_the_latest_resolution_resolves_an_error_whenever_it_was(marts: Any) -> None:
    message = {"errorType": "TypeError", "errorMessage": "x is undefined"}
    result = marts(
        event("r2", "error_resolved", "dev", "09:30:00", errorId="e1"),
        event("r1", "error_resolved", None, "09:30:00", errorId="e1"),
        event("r3", "error_resolved", "dev", "12:00:00", errorId="unknown"),
        event("r4", "error_resolved", "dev", "12:00:00", errorId="e2"),
        event("r5", "error_resolved", None, "13:00:00", errorId="e2"),
        event("e1", "error_occurred", "u1", "10:00:00", **message)
        | {"metadata": {"url": "https://app.example/x", "userAgent": ["not", "text"]}},
        event("e2", "error_occurred", None, "10:00:00", **message, severity="low", _sessionId="s"),
        event("e3", "error_occurred", "u1", "10:00:00", **message, severity=""),
        event("e4", "error_occurred", "u1", "10:00:00", **message),
    )
    errors = rows(result, "error_logs", "event_ref")
    assert set(errors) == {"e1", "e2", "e4"}
    assert errors["e1"]["resolved_at"] == datetime(2024, 1, 1, 9, 30, tzinfo=UTC)
    assert errors["e1"]["resolved_by"] == uuid_of("user", "dev")
    assert (errors["e1"]["url"], errors["e1"]["user_agent"]) == ("https://app.example/x", None)
    assert errors["e1"]["severity"] == "medium"
    assert errors["e2"]["resolved_at"] == datetime(2024, 1, 1, 13, tzinfo=UTC)
    assert (errors["e2"]["resolved_by"], errors["e2"]["session_ref"]) == (None, "s")
    assert (errors["e4"]["resolved"], errors["e4"]["resolved_at"]) == (False, None)


def test_a_measurement_keeps_its_value_and_whatever_else_was_told(marts: Any) -> None:
    extra = {"ipAddress": "203.0.113.9", "route": {"path": "/x", "n": [1, 0.5]}}
    result = marts(
        event("m1", "performance_metric", "u1", "10:00:00", metricName="lcp", metricValue=-0.25)
        | {"metadata": {"url": "https://app.example/x", "browser": "Firefox", "platform": "tv"}},
        event("m2", "performance_metric", None, "10:00:00", metricName="n", metricValue=10**399)
        | {"sessionId": "s"},
        event(
            *("m3", "performance_metric", None, "10:00:00"),
            **{"metricName": "n", "metricValue": 1, "metricUnit": "ms", **extra},
        ),
    )
    metrics = rows(result, "performance_metrics", "event_ref")
    assert metrics["m1"]["metric_value"] == Decimal("-0.25")
    assert (metrics["m1"]["platform"], metrics["m1"]["browser"]) == ("other", "Firefox")
    assert (metrics["m1"]["page_url"], metrics["m1"]["metadata"]) == ("https://app.example/x", {})
    assert metrics["m2"]["metric_value"] == 10**399
    assert metrics["m2"]["session_id"] == uuid_of("session", "s")
    assert metrics["m3"]["metric_unit"] == "ms"
    assert metrics["m3"]["metadata"] == extra | {"ipAddress": "203.0.113.0/24"}
