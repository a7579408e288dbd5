"""What tests against a real database share: land records, look at rows."""

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from loaders.pipeline import LoadSummary, load
from loaders.settings import Settings

Land = Callable[[Iterable[Mapping[str, Any] | bytes]], LoadSummary]
Query = Callable[..., list[dict[str, Any]]]


def write_ndjson(path: Path, records: Iterable[Mapping[str, Any] | bytes]) -> Path:
    """Write one record a line; bytes are written as they are, broken ones included."""
    lines = [
        one if isinstance(one, bytes) else json.dumps(one, ensure_ascii=False).encode()
        for one in records
    ]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


@pytest.fixture
def land(database: Settings, tmp_path: Path) -> Land:
    """Land records as one NDJSON file."""
    numbers = count(1)

    def land_records(records: Iterable[Mapping[str, Any] | bytes]) -> LoadSummary:
        path = write_ndjson(tmp_path / f"landing_{next(numbers)}.jsonl", records)
        return load([str(path)], database)

    return land_records


@pytest.fixture
def query(database: Settings) -> Query:
    """Rows of a query as dictionaries, read in a transaction of its own."""

    def rows(statement: str, *parameters: object) -> list[dict[str, Any]]:
        with psycopg.connect(database.conninfo(), row_factory=dict_row) as connection:
            return connection.execute(statement.encode(), parameters or None).fetchall()

    return rows


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    def written(content: bytes, name: str = "landing.jsonl") -> str:
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return written
