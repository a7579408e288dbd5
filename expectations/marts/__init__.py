"""One suite a published mart: would a reader believe these numbers.

What flows through: nothing in, `MART_SUITES` out. Marts that grow with time are judged over their
last 31 days, the horizon that readers look at, so that the checks do not slow down with history.
Belongs here: one module a mart, listed below. Does not belong here: keys, relationships and
reconciliations, which are dbt tests.
"""

from __future__ import annotations

from expectations.marts.events import EVENTS
from expectations.marts.user_interactions_daily import USER_INTERACTIONS_DAILY
from expectations.marts.user_sessions import USER_SESSIONS
from expectations.marts.users import USERS
from expectations.rules import Suite

MART_SUITES: tuple[Suite, ...] = (EVENTS, USERS, USER_SESSIONS, USER_INTERACTIONS_DAILY)
