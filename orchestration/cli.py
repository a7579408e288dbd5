"""The command `chhimeki`: a thin shell over the packages.

What flows through: arguments in, one line an error and an exit code out (0 done, 1 failed or
refused, 2 wrong usage). Every command imports what it needs when it runs, so that `status` answers
at once.
Belongs here: arguments, and which function they call. Does not belong here: any work, and the
commands about records (`record_commands`).
"""

# ruff: noqa: PLC0415
from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loaders.errors import ChhimekiError
from loaders.roles import Role
from loaders.settings import Settings
from orchestration.command_line import FAILED, OneLineErrors, debug_option, echo
from orchestration.privacy_commands import privacy
from orchestration.record_commands import catalogue, load, rejects, replay, simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

READING = "Reading the project"
DAY = click.DateTime(["%Y-%m-%d"])


@click.group(cls=OneLineErrors, params=[debug_option()])
@click.version_option(package_name="chhimeki-warehouse")
def main() -> None:
    """The analytics warehouse of the Chhimeki platform.

    `chhimeki run` does everything; the other commands are its parts.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


@main.command()
def up() -> None:
    """Start PostgreSQL, bring schema raw, roles and their passwords up to date."""
    from orchestration.status import status_lines
    from orchestration.warehouse import ready_warehouse
    from privacy import roles

    settings = ready_warehouse()
    roles.set_passwords(settings)
    echo(status_lines(settings))


@main.command()
def down() -> None:
    """Stop PostgreSQL; what is loaded stays."""
    from loaders.embedded import server

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
    """Say how fresh the warehouse is, what stands open and what fails (exit code 1: it is down)."""
    from orchestration.status import status_lines

    lines = status_lines(Settings.from_environment())
    echo(lines or ["down; `chhimeki up` starts it"])
    ctx.exit(0 if lines else FAILED)


@main.command()
def env() -> None:
    """Print the variables of this warehouse: eval "$(chhimeki env)"."""
    from orchestration.warehouse import exports

    echo(exports(Settings.from_environment()))


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8642, show_default=True)
@click.option(
    "--export",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the site into this folder instead; it opens without a server.",
)
def dashboards(port: int, folder: Path | None) -> None:
    """Show the dashboards on 127.0.0.1, with the numbers of now, until Ctrl-C."""
    from orchestration.dashboard_site import make_site, show_site
    from orchestration.warehouse import ready_warehouse

    settings = ready_warehouse()
    if folder:
        click.echo(make_site(settings, folder))
        return
    with suppress(KeyboardInterrupt):
        show_site(settings, port, lambda address: click.echo(f"{address} (Ctrl-C ends it)"))


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8643, show_default=True)
def docs(port: int) -> None:
    """Show dbt's pages about every model, column and metric on 127.0.0.1, until Ctrl-C."""
    from orchestration.dbt_docs import show_pages
    from orchestration.warehouse import ready_warehouse

    settings = ready_warehouse()
    with suppress(KeyboardInterrupt):
        show_pages(settings, port, lambda address: click.echo(f"{address} (Ctrl-C ends it)"))


@main.command()
@click.option("--week", "day", type=DAY, help="A date of the week; the last that is over without.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write to; one of the home's reports/ unless said otherwise.",
)
def report(day: datetime | None, out: Path | None) -> None:
    """Write what changed in a week, and why, as one page; the job `report` mails it, too."""
    from orchestration.warehouse import ready_warehouse
    from orchestration.weekly_report import keep_report, make_report

    settings = ready_warehouse()
    click.echo(keep_report(settings, make_report(settings, day.date() if day else None), out))


@main.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.option(
    "--as", "role", type=click.Choice([role.value for role in Role]), help="Connect as this role."
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def psql(ctx: click.Context, role: str | None, arguments: tuple[str, ...]) -> None:
    """Open psql on the warehouse; ARGUMENTS are psql's own."""
    from loaders.embedded import server
    from orchestration.warehouse import ready_warehouse

    settings = ready_warehouse()
    if role and not settings.role_passwords:
        raise ChhimekiError(f"Roles are not in use, {role} neither; `chhimeki status` says why.")
    settings = settings.as_role(Role(role)) if role else settings
    program = str(server.binaries() / "psql")
    environment = os.environ | settings.environment()
    ctx.exit(subprocess.run([program, *arguments], env=environment, check=False).returncode)


@main.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def mf(arguments: tuple[str, ...]) -> None:
    """Ask the semantic layer as an analyst; ARGUMENTS are those of MetricFlow's mf."""
    from orchestration.semantic_layer import ask
    from orchestration.warehouse import ready_warehouse

    ask(ready_warehouse(), arguments)


@main.command()
@click.option("--full-refresh", is_flag=True, help="Build incremental models from nothing.")
@click.option("--from", "first", type=DAY, help="Make anew what events from this date on are in …")
@click.option("--to", "last", type=DAY, help="… up to this date.")
@click.pass_context
def build(
    ctx: click.Context, full_refresh: bool, first: datetime | None, last: datetime | None
) -> None:
    """Build and test every model and analyse experiments; the quality gate is not asked."""
    from orchestration.backfilling import Dates, request_backfill
    from orchestration.building import build_models
    from orchestration.terminal import showing_stages
    from orchestration.warehouse import ready_warehouse

    if bool(first) != bool(last):
        raise click.UsageError("--from and --to belong together.")
    settings = ready_warehouse()
    if first and last:
        request_backfill(settings, Dates(first.date(), last.date()))
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
    from orchestration.status import status_lines
    from orchestration.terminal import quiet_streams, showing_stages
    from orchestration.warehouse import ready_warehouse

    began = time.monotonic()
    wanted = _wanted(paths, Settings.from_environment())
    settings = ready_warehouse()
    if news.nothing_new(settings, wanted):
        click.echo("Nothing is new since the last run, which held; there is nothing to do.")
        echo(status_lines(settings))
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
    from loaders.reading.inputs import STANDARD_INPUT, expand
    from orchestration.community import recent_community, simulated_folder, write_community

    folder = simulated_folder(settings)
    if not paths and not folder.exists():
        click.echo("Simulating a small community …", err=True)
        write_community(recent_community(), folder)
    # A path that names nothing is refused before anything is started.
    found = expand(paths or [str(folder)])
    return [path if path == STANDARD_INPUT else str(Path.cwd() / path) for path in found]


for command in (load, rejects, replay, simulate, catalogue, privacy):
    main.add_command(command)


if __name__ == "__main__":
    main()
