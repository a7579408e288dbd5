"""An erasure as tests carry it out, and whether anything of the person is left."""

import subprocess
from collections.abc import Callable
from typing import Any

import psycopg

from loaders.embedded import server
from loaders.settings import Settings
from privacy.people import receipts
from privacy.people.erasure import ErasedPerson, complete_open
from tests.privacy import people
from tests.privacy.people import ERIKA, NAMES

Connection = psycopg.Connection[Any]
MADE = people.records(seed=73)


def erase(
    connection: Connection,
    settings: Settings,
    user: str = ERIKA,
    rebuild: Callable[[], None] = lambda: None,
) -> ErasedPerson:
    digest = receipts.request(connection, user)
    return complete_open(connection, settings, rebuild)[digest]


def dump(settings: Settings) -> str:
    """Everything in the database, as text, without those whose names contain hers."""
    command = [str(server.binaries() / "pg_dump"), settings.conninfo()]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return without_bystanders(told)


def without_bystanders(text: str) -> str:
    for name in people.BYSTANDERS:
        text = text.replace(name, "")
    return text.lower()


def assert_nowhere(text: str) -> None:
    for name in NAMES:
        assert name.lower() not in text, text[(at := text.index(name.lower())) - 200 : at + 200]
