"""Whether a failure is worth another try, and when.

What flows through: an error in, a request to try the step again out, or the error as it was.
Belongs here: which errors time can heal (a lost connection, a server that starts, a deadlock).
Does not belong here: the loader's own tries on one file (`loaders.landing.file_loader`). What is
wrong with data, SQL or settings fails at once: it would fail again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from dagster import AssetExecutionContext, RetryRequested

from orchestration.failures import LOST_CONNECTION

RETRIES = 3
FIRST_WAIT_SECONDS = 10
# Of what the server may say besides; dbt tells its words and not its codes.
PASSING = re.compile(r"too many clients|deadlock detected")


def is_operational(error: BaseException) -> bool:
    """Say whether an error may be gone when the same is tried again.

    Args:
        error: The error; what it was raised from is looked at too.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, psycopg.OperationalError | psycopg.InterfaceError):
            return True
        said = str(seen)
        if LOST_CONNECTION.search(said) or PASSING.search(said):
            return True
        seen = seen.__cause__
    return False


@contextmanager
def retried(context: AssetExecutionContext) -> Iterator[None]:
    """Have a step tried again, later each time, where its failure is operational.

    Args:
        context: The step.

    Yields:
        Nothing.

    Raises:
        RetryRequested: The step is to be tried again.
    """
    try:
        yield
    except Exception as error:
        if not is_operational(error):
            raise
        wait = FIRST_WAIT_SECONDS * 2**context.retry_number
        context.log.warning("Lost the server; try %s in %s s.", context.retry_number + 2, wait)
        raise RetryRequested(max_retries=RETRIES, seconds_to_wait=wait) from error
