"""Events whose texts try to become markup, script or a formula where the dashboards show them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from loaders.simulation import SimulationPlan

MARKUP = (
    '"><img src=x onerror="document.title=\'owned\'"></script>'
    "<script>document.title='owned'</script>{{7*7}}"
)
FORMULA = '=HYPERLINK("https://elsewhere.example")'
PEOPLE = 6


def write_hostile(plan: SimulationPlan, folder: Path) -> Path:
    """Write a file of them, on a date in the middle of the plan's."""
    midday = datetime.combine(plan.start + timedelta(days=plan.days // 2), time(12), UTC)
    lines = [json.dumps(one) for one in (*_entities(midday), *_events(midday))]
    path = folder / "hostile.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _entities(at: datetime) -> Iterator[dict[str, Any]]:
    for user in range(PEOPLE):
        data = {"username": MARKUP, "countryCode": MARKUP, "registrationSource": MARKUP}
        data["createdAt"] = at.isoformat()
        yield _entity("user", f"hostile_{user}", at, data)
    experiment = {
        "name": MARKUP,
        "startDate": (at - timedelta(days=1)).isoformat(),
        "variants": ["control", MARKUP],
        "trafficAllocation": {"control": 0.5, MARKUP: 0.5},
        "targetMetrics": [{"name": MARKUP, "event": "post_like", "type": "conversion"}],
    }
    yield _entity("experiment", FORMULA, at, experiment)


def _entity(kind: str, name: str, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    return {"entityType": kind, "entityId": name, "updatedAt": at.isoformat(), "data": data}


def _events(at: datetime) -> Iterator[dict[str, Any]]:
    for user in range(PEOPLE):
        place = {"country": MARKUP, "platform": "web"}
        yield _event("session_start", user, at, place)
        for content in (MARKUP, FORMULA):
            yield _event("post_view", user, at, {"postId": content})
            yield _event("post_share", user, at, {"postId": content})
        yield _event("community_join", user, at, {"communityId": MARKUP})
        variant = ("control", MARKUP)[user % 2]
        assigned = {"experimentId": FORMULA, "variant": variant}
        yield _event("experiment_assigned", user, at, assigned)
        yield _event("error_occurred", user, at, {"errorType": MARKUP, "category": MARKUP})
        measured = {"metricName": MARKUP, "metricValue": 1200, "metricUnit": "ms"}
        yield _event("performance_metric", user, at, measured)


def _event(name: str, user: int, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "eventId": f"hostile-{name}-{user}-{json.dumps(data)}",
        "eventName": name,
        "userId": f"hostile_{user}",
        "sessionId": f"hostile_session_{user}",
        "timestamp": (at + timedelta(minutes=user)).isoformat(),
        "data": data,
        "metadata": {"platform": "web"},
    }
