"""Child processes that do not outlive this one.

What flows through: a child in; its end out, as soon as this process has ended, however it did.
Belongs here: seeing to that. Does not belong here: what the child does.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

# Reads until the other end of the pipe is closed, which is here and nowhere else.
WATCH = 'read -r _; kill -9 "$0"'


@contextmanager
def ending_with_us(child: int) -> Iterator[None]:
    """End a child when this process is killed meanwhile.

    A build that outlived its run would go on beside the next one: its run's lock is gone.

    Args:
        child: Its process id.

    Yields:
        Nothing, while the child is watched.
    """
    with subprocess.Popen(
        ["/bin/sh", "-c", WATCH, str(child)], stdin=subprocess.PIPE, start_new_session=True
    ) as watch:
        try:
            yield
        finally:
            watch.kill()
