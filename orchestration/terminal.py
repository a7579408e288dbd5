"""What a person sees while long work runs.

What flows through: names of stages and counts in; bars on a terminal, plain lines elsewhere.
Belongs here: consoles and bars. Does not belong here: what the work is, the summary at its end.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)


class Stages:
    """Stages of one piece of work, shown one below the other.

    Args:
        console: Where to show them.
    """

    def __init__(self, console: Console) -> None:
        """Begin with no stage."""
        self.console = console
        self._progress = Progress(
            TextColumn("{task.description:<32}"),
            BarColumn(bar_width=28),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", style="dim"),
            console=console,
            disable=not console.is_terminal,
        )
        self._stages: dict[str, TaskID] = {}

    def __enter__(self) -> Stages:
        """Show bars from here on."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the bars as they stand."""
        self._progress.stop()

    def begin(self, name: str, total: float | None = None) -> None:
        """Start a stage; one that has started goes on.

        Args:
            name: What it does, in a few words.
            total: How many steps it has, where that is known.
        """
        if name in self._stages:
            return
        self._stages[name] = self._progress.add_task(name, total=total, note="")
        if not self.console.is_terminal:
            self.say(f"{name} …")

    def advance(self, name: str, total: float | None = None) -> None:
        """Count one step of a stage, and learn how many there are.

        Args:
            name: The stage.
            total: How many steps it has, where that is known by now.
        """
        self._progress.update(self._stages[name], advance=1, total=total)

    def reach(self, name: str, completed: float, total: float) -> None:
        """Say how far a stage has come, and start it where it has not.

        Args:
            name: The stage.
            completed: Steps done.
            total: Steps in all.
        """
        self.begin(name)
        self._progress.update(self._stages[name], completed=completed, total=total)

    def note(self, name: str, text: str) -> None:
        """Put a few words behind a stage's bar.

        Args:
            name: The stage.
            text: The words.
        """
        self._progress.update(self._stages[name], note=text)

    def end(self, name: str) -> None:
        """Fill a stage's bar: what was not counted one by one is done as well.

        Args:
            name: The stage.
        """
        self._progress.update(self._stages[name], completed=1, total=1, note="")

    def say(self, line: str) -> None:
        """Print a line above the bars.

        Args:
            line: Plain text.
        """
        # Not broken by us: a terminal does it itself, and a log is searched by lines.
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def showing_stages(file: TextIO | None = None) -> Iterator[Stages]:
    """Show stages while the block runs.

    Args:
        file: Where; standard error unless said otherwise.

    Yields:
        The stages, none yet.
    """
    with Stages(Console(file=file, stderr=file is None)) as stages:
        yield stages


@contextmanager
def quiet_streams(log: Path) -> Iterator[TextIO]:
    """Send everything that libraries print to a file, and keep a way to the terminal.

    Dagster and dbt print thousands of lines, through Python and from child processes alike, so the
    two file descriptors themselves are turned.

    Args:
        log: The file; a previous one is replaced.

    Yields:
        The real standard error.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(descriptor) for descriptor in (1, 2)]
    with log.open("wb") as sink, os.fdopen(os.dup(2), "w", encoding="utf-8") as real:
        os.dup2(sink.fileno(), 1)
        os.dup2(sink.fileno(), 2)
        try:
            yield real
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for descriptor, original in zip((1, 2), kept, strict=True):
                os.dup2(original, descriptor)
                os.close(original)
