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
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import psycopg

    from loaders.settings import Settings


@click.group()
def privacy() -> None:
    """What is held on a person: show it, erase it, keep it no longer than agreed."""


@contextmanager
def _connected(purpose: str) -> Iterator[tuple[Settings, psycopg.Connection[Any]]]:
    import psycopg

    from orchestration.warehouse import ready_warehouse

    settings = ready_warehouse()
    with psycopg.connect(
        settings.conninfo(), autocommit=True, application_name=f"chhimeki privacy {purpose}"
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

    with _connected("query") as (settings, connection):
        remember(settings.home, answer(connection, sql, sys.stdout.buffer))


@privacy.command()
@click.option("--kept", multiple=True, metavar="NUMBER:HASH", help="An entry that must stand.")
def verify_audit(kept: tuple[str, ...]) -> None:
    """Check that every entry of the audit log is as it was written (exit code 1: one is not)."""
    from privacy.audit.chain import parse_entry, remember, remembered, verify

    known = [parse_entry(text) for text in kept]
    with _connected("verify-audit") as (settings, connection):
        last = verify(connection, [*remembered(settings.home), *known])
        if last is None:
            click.echo("The audit log is empty.")
            return
        remember(settings.home, last)
    click.echo(f"{last.entry_id:,} entries fit; keep the last elsewhere: {last}")
