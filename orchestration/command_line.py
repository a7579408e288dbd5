"""What every command of `chhimeki` shares: --debug, one line an error, exit codes.

What flows through: whatever a command raises, and signals to end, in; one line on standard error
and an exit code out.
Belongs here: how commands fail and print. Does not belong here: any command (`cli`,
`record_commands`).
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from loaders.errors import ChhimekiError
from orchestration.failures import cause_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FAILED = 1
WRONG_USAGE = 2
# What shells say of a command that Ctrl-C has ended.
STOPPED = 130


class OneLineErrors(click.Group):
    """A group whose commands all know --debug and fail with one line."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command, and --debug to it (not to those that pass their arguments on)."""
        if not cmd.ignore_unknown_options:
            cmd.params.append(debug_option())
        super().add_command(cmd, name)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; whatever it raises becomes one line on standard error."""
        try:
            with _termination_as_interrupt():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            complain("Stopped; nothing half-done was kept, and run again it goes on from there.")
            ctx.exit(STOPPED)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.meta.get("debug") or os.environ.get("CHHIMEKI_DEBUG"):
                raise
            complain(_one_line(error))
            ctx.exit(FAILED)


def debug_option() -> click.Option:
    """Make the option --debug."""
    return click.Option(
        ["--debug"],
        is_flag=True,
        expose_value=False,
        help="Show the traceback of an error.",
        callback=lambda ctx, _, value: ctx.meta.update(debug=value or ctx.meta.get("debug")),
    )


@contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does, with everything given back."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _one_line(error: Exception) -> str:
    if isinstance(error, ChhimekiError):
        return str(error)
    words = " ".join(str(error).split()) or "no message"
    if cause := cause_in(words):
        return cause[0].upper() + cause[1:]
    return f"{type(error).__name__}: {words}; run it again with --debug for the traceback."


def echo(lines: Iterable[str]) -> None:
    """Print lines."""
    for line in lines:
        click.echo(line)


def complain(line: str) -> None:
    """Print one line on standard error, with the name of the command before it."""
    click.echo(f"chhimeki: {line}", err=True)
