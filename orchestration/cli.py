"""The command `chhimeki`: a thin shell over the packages.

What flows through: arguments in, one line an error and an exit code out (0 done, 1 failed or
refused, 2 wrong usage). Every command imports what it needs when it runs, so that `status` answers
at once.
Belongs here: arguments, and which function they call. Does not belong here: any work.
"""

# ruff: noqa: PLC0415
from __future__ import annotations

import dataclasses
import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loaders.errors import ChhimekiError
from loaders.settings import PROJECT_ROOT, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FAILED = 1
WRONG_USAGE = 2
READING = "Reading the project"


class OneLineErrors(click.Group):
    """A group whose commands all know --debug and fail with one line."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command, and --debug to it (not to those that pass their arguments on)."""
        if not cmd.ignore_unknown_options:
            cmd.params.append(_debug_option())
        super().add_command(cmd, name)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; whatever it raises becomes one line on standard error."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.meta.get("debug") or os.environ.get("CHHIMEKI_DEBUG"):
                raise
            _complain(_one_line(error))
            ctx.exit(FAILED)


def _debug_option() -> click.Option:
    return click.Option(
        ["--debug"],
        is_flag=True,
        expose_value=False,
        help="Show the traceback of an error.",
        callback=lambda ctx, _, value: ctx.meta.update(debug=value or ctx.meta.get("debug")),
    )


def _one_line(error: Exception) -> str:
    if isinstance(error, ChhimekiError):
        return str(error)
    words = " ".join(str(error).split()) or "no message"
    return f"{type(error).__name__}: {words}; run it again with --debug for the traceback."


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _complain(line: str) -> None:
    click.echo(f"chhimeki: {line}", err=True)


@click.group(cls=OneLineErrors, params=[_debug_option()])
@click.version_option(package_name="chhimeki-warehouse")
def main() -> None:
    """The analytics warehouse of the Chhimeki platform.

    `chhimeki run` does everything; the other commands are its parts.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


@main.command()
def up() -> None:
    """Start PostgreSQL and bring schema raw up to date."""
    from orchestration.warehouse import ready_warehouse, status_lines

    _echo(status_lines(ready_warehouse()))


@main.command()
def down() -> None:
    """Stop PostgreSQL; what is loaded stays."""
    from loaders import server

    settings = Settings.from_environment()
    if not settings.embedded:
        raise ChhimekiError(
            f"PGHOST names {settings.host}, which is not ours to stop; unset PGHOST."
        )
    server.down(settings)
    click.echo("down")


@main.command()
@click.pass_context
def status(ctx: click.Context) -> None:
    """Say whether PostgreSQL is up and what is in it (exit code 1 when it is down)."""
    from orchestration.warehouse import status_lines

    lines = status_lines(Settings.from_environment())
    _echo(lines or ["down; `chhimeki up` starts it"])
    ctx.exit(0 if lines else FAILED)


@main.command()
def env() -> None:
    """Print the variables of this warehouse: eval "$(chhimeki env)"."""
    from orchestration.warehouse import exports

    _echo(exports(Settings.from_environment()))


@main.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def psql(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Open psql on the warehouse; ARGUMENTS are psql's own."""
    from loaders import server
    from orchestration.warehouse import ready_warehouse

    settings = ready_warehouse()
    program = str(server.binaries() / "psql")
    environment = os.environ | settings.environment()
    ctx.exit(subprocess.run([program, *arguments], env=environment, check=False).returncode)


@main.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    help="Processes that share PATHS, and a large file among them; the landing folder has one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
@click.pass_context
def load(ctx: click.Context, paths: tuple[str, ...], workers: int, as_json: bool) -> None:
    """Land files, folders or globs (`-` is standard input) in schema raw.

    Without PATHS, land what waits in the landing folder and move it to done/ or refused/ there.
    """
    from loaders.reading import expand
    from orchestration import loading
    from orchestration.terminal import showing_stages
    from orchestration.warehouse import ready_warehouse

    # A path that names nothing is refused before anything is started.
    expand(paths)
    settings = ready_warehouse()
    with showing_stages() as stages:
        summary = loading.load_with_bars(paths, settings, stages, workers)
    _echo([loading.as_json(summary)] if as_json else loading.told(loading.facts(summary)))
    if not (paths or summary.files or as_json):
        click.echo(f"Nothing waits in {settings.landing} (what is being written does not count).")
    ctx.exit(FAILED if summary.files_refused else 0)


@main.command()
@click.option("--reason", metavar="CODE", help="Show the records rejected for this reason.")
@click.option("--limit", type=click.IntRange(min=1), default=20, help="At most so many records.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.pass_context
def rejects(ctx: click.Context, reason: str | None, limit: int, as_json: bool) -> None:
    """List the records that stand rejected, by reason, with what each reason means."""
    from loaders.validation import REASONS
    from orchestration import rejects as told
    from orchestration.warehouse import ready_warehouse

    if reason is not None and reason not in REASONS:
        _complain(f"{reason!r} is no reason to reject a record; name one of {', '.join(REASONS)}.")
        ctx.exit(WRONG_USAGE)
    settings = ready_warehouse()
    if reason is None:
        _echo(told.reasons_as_json(settings) if as_json else told.reasons_told(settings))
    else:
        shown = told.records_as_json if as_json else told.records_told
        _echo(shown(settings, reason, limit))


@main.command()
def replay() -> None:
    """Try rejected records again, once what was wrong has been mended."""
    from loaders import replaying
    from orchestration.rejects import replay_told
    from orchestration.warehouse import ready_warehouse

    _echo(replay_told(replaying.replay(ready_warehouse())))


@main.command()
@click.option("--full-refresh", is_flag=True, help="Build incremental models from nothing.")
@click.pass_context
def build(ctx: click.Context, full_refresh: bool) -> None:
    """Build and test every model with dbt; the quality gate is not asked."""
    from orchestration.building import build_models
    from orchestration.terminal import showing_stages
    from orchestration.warehouse import ready_warehouse

    settings = ready_warehouse()
    with showing_stages() as stages:
        built = build_models(settings, stages, full_refresh=full_refresh)
    click.echo(str(built))
    ctx.exit(0 if built.success else FAILED)


@main.command()
@click.argument("paths", nargs=-1)
@click.pass_context
def run(ctx: click.Context, paths: tuple[str, ...]) -> None:
    """Land PATHS, build, test and check everything, as the Dagster job.

    Without PATHS a small simulated community is generated once and used. Where nothing is new since
    the last run that held, nothing is done.
    """
    from orchestration import news
    from orchestration.terminal import quiet_streams, showing_stages
    from orchestration.warehouse import ready_warehouse, status_lines

    began = time.monotonic()
    wanted = _wanted(paths, Settings.from_environment())
    settings = ready_warehouse()
    if news.nothing_new(settings, wanted):
        click.echo("Nothing is new since the last run, which held; there is nothing to do.")
        _echo(status_lines(settings))
        return
    news.forget(settings)
    with quiet_streams(settings.home / "run.log") as real, showing_stages(real) as stages:
        stages.begin(READING)
        from orchestration.running import run_warehouse

        stages.end(READING)
        report = run_warehouse(settings, wanted, stages)
    from orchestration.summary import read_contents, show

    if report.healthy:
        news.remember(settings)
    show(report, read_contents(settings, report.load_ids), time.monotonic() - began)
    ctx.exit(0 if report.healthy else FAILED)


def _wanted(paths: Sequence[str], settings: Settings) -> list[str]:
    from loaders.reading import STANDARD_INPUT, expand
    from orchestration.community import recent_community, simulated_folder, write_community

    folder = simulated_folder(settings)
    if not paths and not folder.exists():
        click.echo("Simulating a small community …", err=True)
        write_community(recent_community(), folder)
    # A path that names nothing is refused before anything is started.
    found = expand(paths or [str(folder)])
    return [path if path == STANDARD_INPUT else str(Path.cwd() / path) for path in found]


@main.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder to write to; the home's own unless said otherwise.",
)
@click.option("--seed", type=int, help="The same seed gives the same events.")
@click.option("--users", type=click.IntRange(min=1), help="How many people.")
@click.option("--days", type=click.IntRange(min=1), help="How many days.")
def simulate(out: Path | None, seed: int | None, users: int | None, days: int | None) -> None:
    """Write the events of a believable community, some broken on purpose."""
    from loaders.simulation import SimulationPlan
    from orchestration.community import simulated_folder, write_community

    chosen = {"seed": seed, "users": users, "days": days}
    given: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}
    plan = dataclasses.replace(SimulationPlan(), **given)
    folder = out or simulated_folder(Settings.from_environment())
    _echo([str(file) for file in write_community(plan, folder)])


@main.group()
def catalogue() -> None:
    """The event catalogue and the dbt files rendered from it."""


@catalogue.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Fail when a rendered file differs from the catalogue."""
    from loaders import rendering

    drifted = rendering.check(PROJECT_ROOT)
    for path in drifted:
        _complain(f"{path} differs from the catalogue; run `chhimeki catalogue render`.")
    ctx.exit(FAILED if drifted else 0)


@catalogue.command()
def render() -> None:
    """Write the dbt files that follow from the catalogue."""
    from loaders import rendering

    _echo(rendering.write(PROJECT_ROOT) or ["nothing to change"])


if __name__ == "__main__":
    main()
