"""Commands about records: landing them, what stands rejected, making them up, what they may be.

What flows through: arguments in, lines and an exit code out, as in `cli`, which lists these beside
its own.
Belongs here: arguments, and which function they call. Does not belong here: any work.
"""

# ruff: noqa: PLC0415
from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import click

from loaders.roles import Role
from loaders.settings import PROJECT_ROOT, Settings
from orchestration.command_line import FAILED, WRONG_USAGE, complain, echo


@click.command()
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
    from loaders.reading.inputs import expand
    from orchestration import loading
    from orchestration.terminal import showing_stages
    from orchestration.warehouse import ready_warehouse

    # A path that names nothing is refused before anything is started.
    expand(paths)
    settings = ready_warehouse().as_role(Role.LOADER)
    with showing_stages() as stages:
        summary = loading.load_with_bars(paths, settings, stages, workers)
    echo([loading.as_json(summary)] if as_json else loading.told(loading.facts(summary)))
    if not (paths or summary.files or as_json):
        click.echo(f"Nothing waits in {settings.landing} (what is being written does not count).")
    ctx.exit(FAILED if summary.files_refused else 0)


@click.command()
@click.option("--reason", metavar="CODE", help="Show the records rejected for this reason.")
@click.option("--limit", type=click.IntRange(min=1), default=20, help="At most so many records.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.pass_context
def rejects(ctx: click.Context, reason: str | None, limit: int, as_json: bool) -> None:
    """List the records that stand rejected, by reason, with what each reason means."""
    from loaders.records.validation import REASONS
    from orchestration import rejects as told
    from orchestration.warehouse import ready_warehouse

    if reason is not None and reason not in REASONS:
        complain(f"{reason!r} is no reason to reject a record; name one of {', '.join(REASONS)}.")
        ctx.exit(WRONG_USAGE)
    settings = ready_warehouse()
    if reason is None:
        echo(told.reasons_as_json(settings) if as_json else told.reasons_told(settings))
    else:
        shown = told.records_as_json if as_json else told.records_told
        echo(shown(settings, reason, limit))


@click.command()
def replay() -> None:
    """Try rejected records again, once what was wrong has been mended."""
    from loaders.replay import replaying
    from orchestration.rejects import replay_told
    from orchestration.warehouse import ready_warehouse

    echo(replay_told(replaying.replay(ready_warehouse().as_role(Role.LOADER))))


@click.command()
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
    echo([str(file) for file in write_community(plan, folder)])


@click.group()
def catalogue() -> None:
    """The event catalogue and the dbt files rendered from it."""


@catalogue.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Fail when a rendered file differs from the catalogue."""
    from loaders import rendering

    drifted = rendering.check(PROJECT_ROOT)
    for path in drifted:
        complain(f"{path} differs from the catalogue; run `chhimeki catalogue render`.")
    ctx.exit(FAILED if drifted else 0)


@catalogue.command()
def render() -> None:
    """Write the dbt files that follow from the catalogue."""
    from loaders import rendering

    echo(rendering.write(PROJECT_ROOT) or ["nothing to change"])
