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
from .anomalies import anomalies
from .attribution import attribution
from .community_analytics import community_analytics
from .consent_history import consent_history
from .content_analytics import content_analytics
from .content_daily import content_daily
from .content_rising import content_rising
from .conversion_credits import conversion_credits
from .error_logs import error_logs
from .errors_daily import errors_daily
from .events import event_rows, judge, processed
from .experiment_assignments import experiment_assignments
from .experiment_statistics import experiment_statistics, experiment_variants
from .experiments import experiments
from .feature_adoption import feature_adoption
from .funnel_steps import funnel_steps
from .lifecycle_weekly import lifecycle_weekly
from .people import people
from .performance_daily import performance_daily
from .performance_metrics import performance_metrics
from .records import read_records
from .retention_weekly import retention_weekly
from .sessions_daily import sessions_daily
from .social_daily import social_daily
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
    user_rows = users(events, known, sessions, days, zone)
    errors = error_logs(events)
    measurements = performance_metrics(events)
    return {
        "events": event_rows(judged),
        "users": user_rows,
        "user_sessions": sessions,
        "user_interactions_daily": user_interactions_daily(days),
        "content_analytics": content_analytics(events, known),
        "community_analytics": community_analytics(events, zone),
        "experiments": experiments(entities, events),
        "experiment_assignments": experiment_assignments(events),
        "int_experiment_statistics": experiment_statistics(entities, events),
        "int_experiment_variants_counted": experiment_variants(entities, events),
        "consent_history": consent_history(events),
        "error_logs": errors,
        "performance_metrics": measurements,
        "active_users_daily": active_users_daily(events, zone),
        "sessions_daily": sessions_daily(sessions, zone),
        "social_daily": social_daily(events, zone),
        "content_daily": content_daily(events, zone),
        "content_rising": content_rising(events, zone),
        "errors_daily": errors_daily(errors, events, zone),
        "performance_daily": performance_daily(measurements, zone),
        "feature_adoption": feature_adoption(events, zone),
        "retention_weekly": retention_weekly(events, zone),
        "lifecycle_weekly": lifecycle_weekly(events, zone),
        "funnel_steps": funnel_steps(events),
        "attribution": attribution(events, user_rows),
        "conversion_credits": conversion_credits(events, user_rows),
        "anomalies": anomalies(events, sessions, days, zone),
    }
