"""Which runs live: a mark a run, locked by its process for as long as that lives.

What flows through: a home and a run's id in; a locked file, or whether the run is dead, out. The
lock ends with its process, however that ends, and no sooner: neither a lost connection nor a
machine that sleeps makes a living run look dead. A run without a mark is another home's, or has not
begun: nothing is said of it.
Belongs here: the marks. Does not belong here: what becomes of a dead run (`run_launcher`).
"""

from __future__ import annotations

import fcntl
import time
from pathlib import Path
from typing import IO

FOLDER = Path("dagster", "running")
# Long after the longest run has been stopped (`dagster.yaml`).
KEPT_SECONDS = 24 * 60 * 60
_held: list[IO[bytes]] = []


def mark_living(home: Path, run_id: str) -> None:
    """Mark a run as living until this process ends.

    Args:
        home: State folder.
        run_id: The run that this process executes.
    """
    mark = home / FOLDER / run_id
    mark.parent.mkdir(parents=True, exist_ok=True)
    _remove_old(mark.parent)
    # Whoever saw it under its name before it is locked would take the run for dead.
    unnamed = mark.with_suffix(".new")
    file = unnamed.open("wb")
    fcntl.flock(file, fcntl.LOCK_EX)
    unnamed.rename(mark)
    # Not closed: Dagster writes the end of a run when all that belongs to the run is gone.
    _held.append(file)


def is_dead(home: Path, run_id: str) -> bool:
    """Say whether the process that executed a run has ended.

    Args:
        home: State folder.
        run_id: A run that has started.

    Returns:
        False, too, where the run has no mark.
    """
    try:
        with (home / FOLDER / run_id).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, BlockingIOError):
        return False
    return True


def _remove_old(folder: Path) -> None:
    for mark in folder.iterdir():
        if mark.stat().st_mtime < time.time() - KEPT_SECONDS:
            mark.unlink(missing_ok=True)
