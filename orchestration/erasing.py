"""Erasures with all that follows: raw, then marts and metrics from nothing.

What flows through: a person in; their erasure, the receipt, and a warehouse that is what a full
refresh of the remaining records gives, out.
Belongs here: when no build runs, and building anew. Does not belong here: erasing
(`privacy.people`).
"""

from __future__ import annotations

import psycopg

from loaders.errors import ChhimekiError
from loaders.records.sealing import sealer_with
from loaders.settings import Settings
from orchestration.terminal import Stages
from orchestration.warehouse import is_there, only_build
from privacy.people import receipts
from privacy.people.erasure import ErasedPerson, complete_open


class ErasureError(ChhimekiError):
    """An erasure has begun and has not ended."""


def erase(settings: Settings, user: str, stages: Stages) -> ErasedPerson:
    """Erase a person, and complete whatever erasures were begun before.

    Args:
        settings: The warehouse, up.
        user: The source's id or the warehouse's key.
        stages: Where to show how far it is.

    Returns:
        What was erased.

    Raises:
        ErasedPersonError: They were erased before.
        ErasureError: The models cannot be built; the next erasure, or Dagster's job, goes on.
        SettingsError: A name is sealed, and no key opens it.
        UnknownPersonError: Nothing is held on such a person.
    """
    with psycopg.connect(settings.conninfo(), autocommit=True) as connection:
        receipts.prepare(connection)
        digest = receipts.request(connection, user, sealer_with(settings.encryption_keys))
    return complete_erasures(settings, stages)[digest]


def complete_erasures(settings: Settings, stages: Stages) -> dict[bytes, ErasedPerson]:
    """Complete every erasure that was begun; a build that runs is waited for.

    Args:
        settings: The warehouse, up.
        stages: Where to show how far it is.

    Returns:
        What each did, by the digest that stands for the person.

    Raises:
        ErasureError: The models cannot be built; the next erasure, or Dagster's job, goes on.
    """
    with (
        only_build(settings, lambda: stages.say("A build is running; waiting for it.")),
        psycopg.connect(settings.conninfo(), autocommit=True) as connection,
    ):
        receipts.prepare(connection)
        return complete_open(connection, settings, lambda: _rebuild(connection, settings, stages))


def _rebuild(connection: psycopg.Connection, settings: Settings, stages: Stages) -> None:
    if not is_there(connection, "marts.events"):
        return
    # dbt takes a second to import.
    from orchestration.building import build_under_lock  # noqa: PLC0415

    if not build_under_lock(settings, stages, full_refresh=True).success:
        raise ErasureError(
            "The records are erased, but what is computed of them cannot be built anew; mend what"
            " `chhimeki build` says, then erase again."
        )
