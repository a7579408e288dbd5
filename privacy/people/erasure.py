"""The erasure of a person, step by step, to be gone on with after any interruption.

What flows through: a person in, a receipt out. A request is noted first and deleted last; each
step in between may be done twice. What is computed from the records is made anew by whoever calls,
as only they know how.
Belongs here: the steps and their order. Does not belong here: any of the steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from loaders.settings import Settings
from privacy.people import receipts
from privacy.people.file_erasure import erase_from_files
from privacy.people.person import Person
from privacy.people.raw_erasure import erase_records, vacuum

Connection = psycopg.Connection[Any]

FILES = "files"


@dataclass(frozen=True)
class ErasedPerson:
    """What an erasure did.

    Attributes:
        rows: Rows deleted or rewritten by table, and files.
    """

    rows: dict[str, int]

    def __str__(self) -> str:
        """Say it in one line, without a name."""
        told = ", ".join(f"{count:,} in {what}" for what, count in self.rows.items() if count)
        return f"erased: {told or 'nothing was left'}; the receipt is in privacy.receipts"


def complete_open(
    connection: Connection, settings: Settings, rebuild: Callable[[], None]
) -> dict[bytes, ErasedPerson]:
    """Complete every erasure that was begun; nobody may build meanwhile.

    Args:
        connection: Outside a transaction.
        settings: The warehouse, up.
        rebuild: Makes everything that is computed from schema raw anew.

    Returns:
        What each did, by the digest that stands for the person.
    """
    requests = receipts.open_requests(connection)
    if not requests:
        return {}
    for digest, person in requests.items():
        _erase(connection, settings, digest, person)
    rebuild()
    vacuum(connection)
    done = {one: ErasedPerson(receipts.rows_erased(connection, one) or {}) for one in requests}
    for digest, person in requests.items():
        # Once more, as tools that were at work may have noted a name meanwhile.
        erase_from_files(settings, person)
        receipts.complete(connection, digest, person, done[digest].rows)
    return done


def _erase(connection: Connection, settings: Settings, digest: bytes, person: Person) -> None:
    files = erase_from_files(settings, person)
    with connection.transaction():
        before = receipts.rows_erased(connection, digest) or {}
        rows = erase_records(connection, person) | {FILES: files}
        added = {what: count + before.get(what, 0) for what, count in rows.items()}
        receipts.note_rows(connection, digest, added)
