"""Commands about people's data, `chhimeki privacy …`.

What flows through: arguments in, lines and an exit code out, as in `cli`, which lists the group
beside its own commands.
Belongs here: arguments, and which function they call. Does not belong here: any work (`privacy`).
"""

# ruff: noqa: PLC0415
from __future__ import annotations

from pathlib import Path

import click


@click.group()
def privacy() -> None:
    """What is held on a person: show it, erase it, keep it no longer than agreed."""


@privacy.command()
@click.argument("user")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The zip to write; one that is there is replaced.",
)
def export(user: str, out: Path) -> None:
    """Write everything held on USER (an id of the source, or a key of marts.users) into a zip."""
    import psycopg

    from orchestration.warehouse import ready_warehouse
    from privacy.people.export import export as write

    with psycopg.connect(ready_warehouse().conninfo(), autocommit=True) as connection:
        click.echo(write(connection, user, out))


@privacy.command()
@click.argument("user")
def erase(user: str) -> None:
    """Erase USER (an id of the source, or a key of marts.users) for good; cannot be undone."""
    from orchestration.erasing import erase as erase_person
    from orchestration.terminal import showing_stages
    from orchestration.warehouse import ready_warehouse

    with showing_stages() as stages:
        erased = erase_person(ready_warehouse(), user, stages)
    click.echo(erased)
