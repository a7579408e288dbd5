"""An independent second reading of what every number means, in plain Python.

What flows through: landing files in, rows of the marts out. It shares nothing with the code it
judges: no SQL, no import from the packages under test. Where a mart and the oracle differ, one
of the two misread the definitions; neither is right by default.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .active_users_daily import active_users_daily
from .community_analytics import community_analytics
from .content_analytics import content_analytics
from .error_logs import error_logs
from .events import event_rows, judge, processed
from .experiment_assignments import experiment_assignments
from .experiments import experiments
from .people import people
from .performance_metrics import performance_metrics
from .records import read_records
from .user_interactions_daily import days_of_users, user_interactions_daily
from .user_sessions import user_sessions
from .users import users

__all__ = ["expected_marts", "read_records"]


def expected_marts(
    paths: Sequence[str | Path], zone: str = "UTC"
) -> dict[str, list[dict[str, Any]]]:
    """The rows the marts must have once these files have landed, in this order.

    Args:
        paths: landing files, first landed first.
        zone: the reporting time zone.

    Returns:
        Mart name to rows, in no particular order: UUIDs and networks as `str`, intervals as
        `timedelta`, timestamps in UTC, numerics as `Decimal`, ratios and scores of four places.
    """
    landed, entities, _ = read_records(paths)
    judged = judge(landed)
    events = processed(judged)
    sessions = user_sessions(events)
    days = days_of_users(events, sessions, zone)
    known = people(entities, events)
    return {
        "events": event_rows(judged),
        "users": users(events, known, sessions, days, zone),
        "user_sessions": sessions,
        "user_interactions_daily": user_interactions_daily(days),
        "content_analytics": content_analytics(events, known),
        "community_analytics": community_analytics(events, zone),
        "experiments": experiments(entities, events),
        "experiment_assignments": experiment_assignments(events),
        "error_logs": error_logs(events),
        "performance_metrics": performance_metrics(events),
        "active_users_daily": active_users_daily(events, zone),
    }
