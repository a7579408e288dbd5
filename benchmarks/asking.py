"""A question asked many times over: how long readers wait for the answer.

What flows through: a connection and SQL in, milliseconds in the middle and at the slow end out.
Belongs here: the clock, and how often. Does not belong here: what is asked.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

import psycopg

# Each question so often a round: enough for one slow answer in twenty to be told.
ASKED = 40
MEDIAN, SLOW = "median ms", "95 of 100 within, ms"


def asked(
    connection: psycopg.Connection[Any], question: str, times: int = ASKED
) -> dict[str, float]:
    """Ask a question and read the whole answer, again and again.

    Args:
        connection: In autocommit.
        question: SQL.
        times: How often.

    Returns:
        Milliseconds, from the question to the last row.
    """
    taken = sorted(_milliseconds(connection, question) for _ in range(times))
    return {MEDIAN: statistics.median(taken), SLOW: taken[max(0, int(times * 0.95) - 1)]}


def _milliseconds(connection: psycopg.Connection[Any], question: str) -> float:
    began = time.perf_counter()
    connection.execute(question.encode()).fetchall()
    return 1000 * (time.perf_counter() - began)
