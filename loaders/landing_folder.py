"""The landing folder: what people and machines drop there lands by itself.

What flows through: a folder in; what became of each file that waited there out. Each is landed,
oldest first, and only then moved below `done/` or `refused/`: after a crash between the two it
waits still, and its content has "landed before".
Belongs here: which files wait, and where they go. Does not belong here: how a file lands
(`pipeline`), who looks when (Dagster's sensor, the command line).
Run it alone: `python -c "from loaders import landing_folder, settings as s;
print(landing_folder.land_waiting(s.Settings.from_environment()))"`.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from loaders.errors import LoadError
from loaders.pipeline import FileOutcome, LoadSummary, Progress, Status, load
from loaders.reading.inputs import SUFFIXES
from loaders.settings import Settings

DONE = "done"
REFUSED = "refused"
REASON_SUFFIX = ".reason.txt"
# Hidden names, and these, are of files and folders that their writer will give another name.
UNFINISHED = (".part", ".tmp")
# Long enough for a copy that stalls for a moment, short enough for a person who waits.
SETTLE_SECONDS = 5
NANOSECONDS = 10**9
LONGEST_NAME_BYTES = 255


@dataclass(frozen=True)
class WaitingFile:
    """One file as it was when it was looked at; any change to it makes another one.

    Attributes:
        path: Where it lies, absolute.
        size: Its length in bytes.
        modified_ns: When its content was last written, as its writer says.
        changed_ns: When it was last changed or renamed, as the system says.
    """

    path: Path
    size: int
    modified_ns: int
    changed_ns: int


def prepare(folder: Path) -> None:
    """Make the landing folder where it is not there.

    Args:
        folder: The landing folder.

    Raises:
        LoadError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        todo = "name another in CHHIMEKI_LANDING"
        raise LoadError(
            f"Cannot make the landing folder {str(folder)!r}: {error.strerror}; {todo}."
        ) from error


def waiting(folder: Path) -> list[WaitingFile]:
    """Find what is there to land.

    Args:
        folder: The landing folder; one that does not exist is empty.

    Returns:
        Files with a known suffix, in the folder or below it, that have not changed for
        `SETTLE_SECONDS`; oldest first, those of one age by name. Not those in `done/` and
        `refused/`, nor hidden or unfinished ones.

    Raises:
        LoadError: The folder, or one below it, cannot be read.
    """
    found = [file for path in _below(folder) if (file := _look(path))]
    now = time.time_ns()
    # By the system's clock, as a copy may carry any time of writing; a time ahead of it means
    # that the clock was put back, and says nothing.
    settled = [one for one in found if abs(now - one.changed_ns) >= SETTLE_SECONDS * NANOSECONDS]
    return sorted(settled, key=lambda file: (file.modified_ns, file.path))


def land_waiting(
    settings: Settings, progress: Callable[[Progress], None] | None = None
) -> LoadSummary:
    """Land what waits, oldest first, and move each file away once it is committed.

    What changes meanwhile stays for the next time, and what somebody else moves is theirs.

    Args:
        settings: Which folder, and which server.
        progress: Told some times a second how far the current file is.

    Returns:
        What became of each file that has had its answer.

    Raises:
        LoadError: The server failed, or a file cannot be moved. Files before that have landed and
            are moved; this one and those after it wait still.
    """
    outcomes = (_land(file, settings, progress) for file in waiting(settings.landing))
    return LoadSummary(tuple(outcome for outcome in outcomes if outcome))


def _below(folder: Path) -> Iterator[Path]:
    def give_up(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise LoadError(
                f"Cannot list {error.filename!r}: {error.strerror}; allow it to be read."
            )

    for parent, folders, names in os.walk(folder, onerror=give_up):
        beside = (DONE, REFUSED) if Path(parent) == folder else ()
        folders[:] = [name for name in folders if _is_finished(name) and name not in beside]
        yield from (
            Path(parent, name) for name in names if name.endswith(SUFFIXES) and _is_finished(name)
        )


def _is_finished(name: str) -> bool:
    return not name.startswith(".") and not name.endswith(UNFINISHED)


def _look(path: Path) -> WaitingFile | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LoadError(
            f"Cannot look at {str(path)!r}: {error.strerror}; allow it to be read."
        ) from error
    if not stat.S_ISREG(found.st_mode):
        return None
    return WaitingFile(path, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _land(
    file: WaitingFile, settings: Settings, progress: Callable[[Progress], None] | None
) -> FileOutcome | None:
    if _look(file.path) != file:
        return None
    try:
        files = load([str(file.path)], settings, progress).files
    except LoadError:
        # Either the server failed, or the file is gone and its path names nothing.
        if _look(file.path):
            raise
        return None
    outcome = next((one for one in files if one.file_name == str(file.path)), None)
    if outcome is None or outcome.status is Status.CHANGED:
        return None
    if _look(file.path) == file and outcome.names_erased:
        _remove(file.path)
    elif _look(file.path) == file:
        _move(file.path, settings.landing, outcome.reason)
    elif outcome.status is Status.REFUSED:
        return None
    return outcome


def _move(path: Path, folder: Path, reason: str | None) -> None:
    """Move a file that has had its answer; one that is gone has been moved by somebody else."""
    target = _free(folder / (REFUSED if reason else DONE) / path.relative_to(folder))
    note = _named(target, target.name, REASON_SUFFIX)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if reason:
            # Before the file, as one without its reason would be a riddle.
            note.write_text(f"{reason}\n", encoding="utf-8", errors="backslashreplace")
        path.replace(target)
    except FileNotFoundError:
        if not target.exists():
            note.unlink(missing_ok=True)
    except OSError as error:
        raise LoadError(
            f"Cannot move {str(path)!r} to {str(target.parent)!r}: {error.strerror}; see to it, and"
            " it is moved the next time."
        ) from error


def _remove(path: Path) -> None:
    """Remove a file that names somebody who was erased: it must not lie in `done/`."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise LoadError(
            f"Cannot remove {str(path)!r}: {error.strerror}; it names a person who was erased:"
            " remove it."
        ) from error


def _free(target: Path) -> Path:
    """Give a path as it is, or with the present time in its name where it is taken."""
    if not os.path.lexists(target):
        return target
    ending = next(suffix for suffix in SUFFIXES if target.name.endswith(suffix))
    moment = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    return _named(target, target.name.removesuffix(ending), f".{moment}{ending}")


def _named(path: Path, stem: str, ending: str) -> Path:
    """Give a path another name, its stem cut to what file systems take."""
    room = LONGEST_NAME_BYTES - len(os.fsencode(ending))
    return path.with_name(os.fsdecode(os.fsencode(stem)[:room]) + ending)
