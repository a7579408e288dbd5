"""What failed, in one line that a person can act on.

What flows through: an error as Dagster stores it, or what PostgreSQL or dbt said, in; one line out.
Belongs here: finding the error that tells, and its words. Does not belong here: reading runs, what
becomes of a failure (`retrying`, `alerts`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loaders.embedded.server_files import DISK_FULL

if TYPE_CHECKING:
    from dagster_shared.error import SerializableErrorInfo

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# dbt's line of progress about a node, whose error it tells below.
PROGRESS = re.compile(r"^\d+ of \d+ (?:ERROR|FAIL) .*$", re.MULTILINE)

LOST_CONNECTION = re.compile(
    r"server closed the connection|server terminated abnormally|consuming input failed"
    # not any connection that failed: a wrong password stays wrong
    r"|Connection refused|Connection timed out|terminating connection|the connection is lost"
    r"|connection already closed|connection is closed|the database system is|SSL SYSCALL error"
)
FULL_DISK = re.compile(DISK_FULL)
# Causes around the project, which hit many models at once: one line about them is enough.
AROUND = {
    FULL_DISK: (
        "the disk of PostgreSQL is full; make room on it and run it again: nothing half-done was"
        " kept."
    ),
    LOST_CONNECTION: (
        "the connection to PostgreSQL was lost; run it again, and it goes on from there (`chhimeki"
        " status` says whether the server is up)."
    ),
}


def cause_in(message: str) -> str | None:
    """Find what stands behind a failure.

    Args:
        message: What was said of it, on one line or many.

    Returns:
        What went wrong and what to do; None where the message itself is the best one can say.
    """
    said = " ".join(message.split())
    return next((cause for pattern, cause in AROUND.items() if pattern.search(said)), None)


def first_error(error: SerializableErrorInfo) -> SerializableErrorInfo:
    """Find the error that tells what went wrong.

    Args:
        error: An error, perhaps one of Dagster's own round it.

    Returns:
        The outermost one that is not Dagster's, whose words are the clearest; else the innermost.
    """
    while error.cause and str(error.cls_name).startswith("Dagster"):
        error = error.cause
    return error


def in_one_line(error: SerializableErrorInfo) -> str:
    """Say what an error says.

    Args:
        error: What `first_error` found.

    Returns:
        What stands behind it; else its words, without its name and without what dbt tells besides.
    """
    # Before dbt's own words stands the command, which is not what went wrong.
    words = error.message.rpartition("Errors parsed from dbt logs:")[2]
    name, _, rest = words.partition(": ")
    said = rest if name.endswith(str(error.cls_name)) else words
    return cause_in(said) or " ".join(PROGRESS.sub("", COLOUR.sub("", said)).split())
