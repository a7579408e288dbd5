"""Entries of the audit log.

What flows through: an action and whom it concerns in; an entry with its hash out.
Belongs here: making the log, writing to it. Does not belong here: checking it (`chain`).
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from loaders.landing.schema import migrate

MIGRATIONS = Path(__file__).parent / "migrations"
RECORD = "select entry_id, hash from audit.record(%s, %s, %s, %s)"
MAY_WATCH = """
    select rolsuper and not exists (select from pg_event_trigger where evtname = 'audit_grants')
    from pg_roles
    where rolname = current_user
"""
WATCH_GRANTS = """
    create event trigger audit_grants on ddl_command_end
    when tag in ('GRANT', 'REVOKE', 'ALTER DEFAULT PRIVILEGES')
    execute function audit.record_grant()
"""


@dataclass(frozen=True)
class Entry:
    """An entry of the log, as a receipt or a head names it.

    Attributes:
        entry_id: Its number, from 1.
        hash: SHA-256 of it and of all before it, 32 bytes.
    """

    entry_id: int
    hash: bytes

    def __str__(self) -> str:
        """Spell it `number:hash`."""
        return f"{self.entry_id}:{self.hash.hex()}"


def prepare(connection: Connection[Any]) -> None:
    """Make the log, or bring it up to date; where a superuser does it, grants are watched too.

    Args:
        connection: Autocommit, outside a transaction.
    """
    migrate(connection, MIGRATIONS)
    if connection.execute(MAY_WATCH).fetchone() == (True,):
        connection.execute(WATCH_GRANTS)


def record(
    connection: Connection[Any],
    action: str,
    *,
    person: str | None = None,
    detail: Mapping[str, int | str] | None = None,
) -> Entry:
    """Write an entry, in the transaction that the connection is in.

    So it stands if what it tells of does; what must be told even if it fails is recorded and
    committed first. Until the commit all other writers wait: record last.

    Args:
        connection: Of a role that may call `audit.record`.
        action: What is done, one word such as `export`.
        person: Id of the person in the source; only a salted hash of it is kept.
        detail: Counts and settings, never a name or an address.

    Returns:
        The entry.
    """
    row = connection.execute(RECORD, (action, person, _account_name(), Jsonb(detail or {})))
    return Entry(*next(iter(row)))


def _account_name() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None
