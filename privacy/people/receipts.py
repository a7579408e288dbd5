"""Requests to erase and their receipts: what is known of an erasure, before and after.

What flows through: a person in; the request that is open, or the receipt, out.
Belongs here: the tables of schema privacy about erasures. Does not belong here: erasing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from loaders.errors import ChhimekiError
from loaders.landing import register
from loaders.landing.schema import migrate
from loaders.records.sealing import Sealer
from privacy import audit
from privacy.people.person import Person, UnknownPersonError, as_uuid, find_person, user_key

Connection = psycopg.Connection[Any]

MIGRATIONS = Path(__file__).parent / "migrations"


class ErasedPersonError(ChhimekiError):
    """The person was erased before."""


def prepare(connection: Connection) -> None:
    """Bring the tables about erasures up to date."""
    migrate(connection, MIGRATIONS)


def known_person(connection: Connection, user: str, sealer: Sealer | None = None) -> Person:
    """Find a person on whom something is held.

    Args:
        connection: To the warehouse, prepared.
        user: The source's id or the warehouse's key.
        sealer: Opens names that are sealed; none where there are no keys.

    Raises:
        ErasedPersonError: They were erased; says when.
        SettingsError: A name is sealed, and no key opens it.
        UnknownPersonError: Nothing is or was held on such a person.
    """
    try:
        return find_person(connection, user, sealer)
    except UnknownPersonError as error:
        if erased_at := _erased_at(connection, user):
            raise ErasedPersonError(
                f"This person was erased on {erased_at:%Y-%m-%d at %H:%M %Z}; nothing is held on"
                " them, and nothing is to do."
            ) from error
        raise


def request(connection: Connection, user: str, sealer: Sealer | None = None) -> bytes:
    """Note that a person is to be erased; a request that is open stays as it is.

    Args:
        connection: Outside a transaction.
        user: The source's id or the warehouse's key.
        sealer: Opens names that are sealed; none where there are no keys.

    Returns:
        The digest that stands for the person.

    Raises:
        ErasedPersonError: They were erased; says when.
        SettingsError: A name is sealed, and no key opens it.
        UnknownPersonError: Nothing is or was held on such a person.
    """
    digest = _digest(connection, user)
    if digest not in open_requests(connection):
        person = known_person(connection, user, sealer)
        digest = _digest(connection, str(person.key))
        with connection.transaction():
            connection.execute(
                "insert into privacy.erasure_requests (person, called) values (%s, %s)"
                " on conflict do nothing",
                [digest, Jsonb(person.as_json())],
            )
            audit.record(connection, "request-erasure", person=person.refs[0])
    return digest


def open_requests(connection: Connection) -> dict[bytes, Person]:
    """Read whose erasures were begun and have not ended, the oldest first."""
    rows = connection.execute(
        "select person, called from privacy.erasure_requests order by requested_at"
    )
    return {digest: Person.from_json(called) for digest, called in rows}


def rows_erased(connection: Connection, digest: bytes) -> dict[str, int] | None:
    """Read what was erased from schema raw; None where it has not been."""
    query = "select rows_erased from privacy.erasure_requests where person = %s"
    row = connection.execute(query, [digest]).fetchone()
    return row[0] if row else None


def note_rows(connection: Connection, digest: bytes, rows: Mapping[str, int]) -> None:
    """Note, in the transaction that erases, what it erases."""
    connection.execute(
        "update privacy.erasure_requests set rows_erased = %s where person = %s",
        [Jsonb(rows), digest],
    )


def complete(
    connection: Connection, digest: bytes, person: Person, rows: Mapping[str, int]
) -> None:
    """Replace a request by its receipt."""
    with connection.transaction():
        connection.execute(
            "with done as (delete from privacy.erasure_requests where person = %s returning *)"
            " insert into privacy.receipts (person, requested_at, rows_erased)"
            " select person, requested_at, rows_erased from done",
            [digest],
        )
        audit.record(connection, "erase", person=person.refs[0], detail=rows)


def _erased_at(connection: Connection, user: str) -> datetime | None:
    if connection.execute("select to_regclass('privacy.receipts')").fetchone() == (None,):
        return None
    row = connection.execute(
        "select max(completed_at) from privacy.receipts where person = %s",
        [_digest(connection, user)],
    ).fetchone()
    return row[0] if row else None


def _digest(connection: Connection, user: str) -> bytes:
    key = as_uuid(user) or user_key(user)
    salt = register.erased(connection).salt
    return hashlib.sha256(salt + b"person:" + str(key).encode()).digest()
