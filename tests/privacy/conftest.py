"""What tests of people's data share: land records, look at rows, the owner's connection."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from loaders.settings import Settings
from privacy.people import receipts
from tests.integration.conftest import land, query

__all__ = ["land", "query"]


@pytest.fixture
def connection(database: Settings) -> Iterator[psycopg.Connection[Any]]:
    """The owner's, with the tables about erasures."""
    with psycopg.connect(database.conninfo(), autocommit=True) as opened:
        receipts.prepare(opened)
        yield opened


@pytest.fixture
def warehouse(database: Settings, tmp_path: Path) -> Settings:
    """A warehouse whose home holds nothing but what the test puts there."""
    home = tmp_path / "home"
    return dataclasses.replace(database, home=home, landing=home / "landing")
