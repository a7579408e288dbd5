"""What stands behind a failure of dbt or of a connection, in words that say what to do.

What flows through: a message of PostgreSQL, or of dbt that quotes one, in; one line out, where its
cause is not in the project but around it.
Belongs here: causes that hit many models at once, of which one line is enough. Does not belong
here: what is wrong with a model, which dbt says itself.
"""

from __future__ import annotations

import re

from loaders.server_files import DISK_FULL

CAUSES = {
    DISK_FULL: (
        "the disk of PostgreSQL is full; make room on it and run it again: nothing half-done was"
        " kept."
    ),
    r"server closed the connection|server terminated abnormally|consuming input failed"
    r"|Connection refused|Connection timed out|terminating connection|the connection is lost"
    r"|connection already closed|connection is closed|the database system is": (
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
    return next((cause for pattern, cause in CAUSES.items() if re.search(pattern, said)), None)
