"""Commands about people's data, `chhimeki privacy …`.

What flows through: arguments in, lines and an exit code out, as in `cli`, which lists the group
beside its own commands.
Belongs here: arguments, and which function they call. Does not belong here: any work (`privacy`).
"""

# ruff: noqa: PLC0415
from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loaders.roles import Role
from orchestration.command_line import FAILED, echo

if TYPE_CHECKING:
    import psycopg

    from loaders.settings import Settings


@click.group()
def privacy() -> None:
    """What is held on a person: show it, erase it, keep it no longer than agreed."""


@contextmanager
def _connected(
    purpose: str, role: Role | None = None
) -> Iterator[tuple[Settings, psycopg.Connection[Any]]]:
    """Connect to the warehouse as a role, or as its owner, who alone changes whole tables."""
    import psycopg

    from orchestration.warehouse import ready_warehouse

    settings = ready_warehouse()
    login = settings.as_role(role) if role else settings
    with psycopg.connect(
        login.conninfo(), autocommit=True, application_name=f"chhimeki privacy {purpose}"
    ) as connection:
        yield settings, connection


@privacy.command()
@click.argument("sql")
def query(sql: str) -> None:
    """Answer one SELECT as CSV, and write into the audit log that it was asked.

    Text and numbers in it are not kept: they may name a person.
    """
    from privacy.audit.chain import remember
    from privacy.audit.queries import answer

    with _connected("query", Role.STEWARD) as (settings, connection):
        remember(settings.home, answer(connection, sql, sys.stdout.buffer))


@privacy.command()
@click.option("--kept", multiple=True, metavar="NUMBER:HASH", help="An entry that must stand.")
def verify_audit(kept: tuple[str, ...]) -> None:
    """Check that every entry of the audit log is as it was written (exit code 1: one is not)."""
    from privacy.audit.chain import parse_entry, remember, remembered, verify

    known = [parse_entry(text) for text in kept]
    with _connected("verify-audit", Role.STEWARD) as (settings, connection):
        last = verify(connection, [*remembered(settings.home), *known])
        if last is None:
            click.echo("The audit log is empty.")
            return
        remember(settings.home, last)
    click.echo(f"{last.entry_id:,} entries fit; keep the last elsewhere: {last}")


@privacy.command()
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.pass_context
def retention(ctx: click.Context, dry_run: bool) -> None:
    """Remove what is too old by privacy/retention/policies.yml, then build what it touches."""
    from orchestration.building import build_models
    from orchestration.terminal import showing_stages
    from privacy.retention import apply, find, load_policies

    with _connected("retention") as (settings, connection):
        act = find if dry_run else apply
        found = act(connection, load_policies(), datetime.now(UTC))
    echo(str(one) for one in found)
    if not found:
        click.echo("Nothing is too old.")
    elif not dry_run:
        with showing_stages() as stages:
            built = build_models(settings, stages, full_refresh=False)
        click.echo(str(built))
        ctx.exit(0 if built.success else FAILED)


@privacy.command()
def new_key() -> None:
    """Make a key for CHHIMEKI_ENCRYPTION_KEYS, and store it nowhere."""
    from cryptography.fernet import Fernet

    click.echo(Fernet.generate_key())


@privacy.command()
def reencrypt() -> None:
    """Encrypt users with the first key: those in the clear and those under another key.

    The next build makes the models follow; the other keys can go after it.
    """
    from loaders.records.sealing import Sealer
    from privacy import encryption

    with _connected("reencrypt") as (settings, connection):
        if not settings.encryption_keys:
            raise click.UsageError("Set CHHIMEKI_ENCRYPTION_KEYS, the new key first.")
        changed = encryption.reencrypt(connection, Sealer(settings.encryption_keys))
    click.echo(f"{changed:,} snapshots of users encrypted; `chhimeki build` makes models follow")


@privacy.command()
@click.argument("user")
def reveal(user: str) -> None:
    """Show the username and the e-mail address of USER (an id of the source), and record it."""
    from loaders.records.sealing import sealer_with
    from privacy import encryption

    with _connected("reveal", Role.STEWARD) as (settings, connection):
        sealer = sealer_with(settings.encryption_keys)
        found = encryption.reveal(connection, user, sealer)
    echo(f"{name}: {value}" for name, value in found.items())


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
    from loaders.records.sealing import sealer_with
    from privacy.people.export import export as write

    with _connected("export") as (settings, connection):
        click.echo(write(connection, user, out, sealer_with(settings.encryption_keys)))


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
