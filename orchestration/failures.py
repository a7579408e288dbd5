"""What failed in a run, in one line that a person can act on.

What flows through: an error as Dagster stores it in, one line out.
Belongs here: finding the error that tells, and its words. Does not belong here: reading runs.
"""

from __future__ import annotations

import re

from dagster_shared.error import SerializableErrorInfo

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# dbt's line of progress about a node, whose error it tells below.
PROGRESS = re.compile(r"^\d+ of \d+ (?:ERROR|FAIL) .*$", re.MULTILINE)


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
        Its words, without its name and without what dbt tells besides.
    """
    # Before dbt's own words stands the command, which is not what went wrong.
    words = error.message.rpartition("Errors parsed from dbt logs:")[2]
    name, _, rest = words.partition(": ")
    said = rest if name.endswith(str(error.cls_name)) else words
    return " ".join(PROGRESS.sub("", COLOUR.sub("", said)).split())
