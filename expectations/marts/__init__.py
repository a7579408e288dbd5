"""Suites over the published marts: would a reader believe these numbers.

What flows through: nothing in, `MART_SUITES` out. Marts that grow with time are judged over their
last 31 dates, the horizon that readers look at, so that the checks do not slow down with history;
drift compares the last 7 dates with the 28 before.
Belongs here: one module a mart, listed below. Does not belong here: keys, relationships and what
dbt tests reconcile.
"""

from __future__ import annotations

from expectations.marts.community_analytics import COMMUNITY_ANALYTICS
from expectations.marts.content_analytics import CONTENT_ANALYTICS
from expectations.marts.error_logs import ERROR_LOGS
from expectations.marts.events import EVENT_DATES, EVENTS, EVENTS_DRIFT
from expectations.marts.experiment_assignments import EXPERIMENT_ASSIGNMENTS
from expectations.marts.experiment_results import EXPERIMENT_RESULTS
from expectations.marts.experiments import EXPERIMENTS
from expectations.marts.performance_metrics import MEASURES, PERFORMANCE_METRICS
from expectations.marts.user_interactions_daily import INTERACTION_TOTALS, USER_INTERACTIONS_DAILY
from expectations.marts.user_sessions import USER_SESSIONS
from expectations.marts.users import USERS
from expectations.rules import Suite

MART_SUITES: tuple[Suite, ...] = (
    EVENTS,
    EVENTS_DRIFT,
    EVENT_DATES,
    USERS,
    USER_SESSIONS,
    USER_INTERACTIONS_DAILY,
    INTERACTION_TOTALS,
    CONTENT_ANALYTICS,
    COMMUNITY_ANALYTICS,
    EXPERIMENTS,
    EXPERIMENT_ASSIGNMENTS,
    EXPERIMENT_RESULTS,
    ERROR_LOGS,
    PERFORMANCE_METRICS,
    MEASURES,
)
