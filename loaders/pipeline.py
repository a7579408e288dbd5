"""The load: files in, rows in schema raw out.

What flows through: paths as a person gives them in; for each file what became of it out. A file
that cannot be landed does not stop the others; a server that fails stops all.
Belongs here: which files are loaded, in which order, by how many. Does not belong here: how one
file is loaded (`file_loader`).
Run it alone: `python -c "from loaders import pipeline, settings as s;
print(pipeline.load(['file.jsonl'], s.Settings.from_environment()))"`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from loaders.landing import connecting, register
from loaders.landing.connecting import Connection
from loaders.landing.file_loader import PURPOSE, FileLoader
from loaders.outcomes import FileOutcome, LoadSummary, Progress, Status
from loaders.reading import inputs
from loaders.reading.inputs import STANDARD_INPUT, RefusedError
from loaders.settings import Settings
from loaders.workers.crew import Crew
from loaders.workers.parts import can_be_cut
from loaders.workers.parts_loader import load_in_parts

__all__ = ["FileOutcome", "LoadSummary", "Progress", "Status", "have_landed", "load"]


def load(
    paths: Sequence[str],
    settings: Settings,
    progress: Callable[[Progress], None] | None = None,
    workers: int = 1,
) -> LoadSummary:
    """Land files, each as a whole or not at all.

    One worker lands them in the order given. Several share them, and a large file among them, so
    that which of two duplicates has landed first is decided by who commits first.

    Args:
        paths: Files, folders, patterns, or `-` for standard input.
        settings: Which server; below its home, what cannot be kept in memory is put for a while.
        progress: Told some times a second how far the current file is.
        workers: How many processes load; one is this process.

    Returns:
        What became of each file.

    Raises:
        LoadError: A path names nothing, or the server failed. Files before that have landed.
    """
    files, told = inputs.expand(paths), progress or (lambda _: None)
    with (
        connecting.failing_in_one_line(settings, PURPOSE),
        FileLoader(settings, told) as loader,
    ):
        register.remove_unpublished(loader.connection)
        if workers == 1:
            return LoadSummary(tuple(loader.load(path) for path in files))
        with Crew(settings, workers, told) as crew:
            return LoadSummary(_load_side_by_side(files, loader, crew))


def _load_side_by_side(
    files: Sequence[str], loader: FileLoader, crew: Crew
) -> tuple[FileOutcome, ...]:
    large = {path for path in files if can_be_cut(path)}
    # Another process has another standard input.
    own = {STANDARD_INPUT}.intersection(files)
    outcomes = crew.load(path for path in files if path not in large | own)
    outcomes |= {path: load_in_parts(path, loader, crew) for path in large}
    outcomes |= {path: loader.load(path) for path in own}
    return tuple(outcomes[path] for path in files)


def have_landed(paths: Sequence[str], settings: Settings) -> bool:
    """Say whether there is nothing in these files that has not landed.

    Args:
        paths: Files; standard input can be read only once, and so always counts as new.
        settings: Which server.

    Returns:
        Whether the content of each has landed; one that cannot be read has not.

    Raises:
        LoadError: The server failed.
    """
    if STANDARD_INPUT in paths:
        return False
    with connecting.connected(settings, PURPOSE) as connection:
        return all(_has_landed(connection, path, settings.home) for path in paths)


def _has_landed(connection: Connection, path: str, spool: Path) -> bool:
    try:
        with inputs.open_landing_file(path, spool) as file:
            return register.landed_as(connection, file.size, file.digest) is not None
    except RefusedError:
        return False
