"""The other contestant of the loader: dlt with its Postgres destination.

What flows through: a file's lines in, a table of them out. `data` and `metadata` stay JSON, as they
do in raw.events; left to itself dlt makes a column of every key in them.
Belongs here: dlt as its documentation has it. It runs in `.venv-bench`, where nothing of the
project is installed, and imports nothing of it.
Run it alone: `.venv-bench/bin/python benchmarks/dlt_load.py events.jsonl csv`, with `PGHOST` and
the like set.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt

ITEMS_AT_ONCE = 1_000


def lines(path: str) -> Iterator[list[dict[str, Any]]]:
    """Read a file.

    Args:
        path: NDJSON.

    Yields:
        Lists of records: dlt takes them faster than single ones.
    """
    chunk = []
    with Path(path).open(encoding="utf-8") as file:
        for line in file:
            chunk.append(json.loads(line))
            if len(chunk) == ITEMS_AT_ONCE:
                yield chunk
                chunk = []
    yield chunk


def main(path: str, file_format: Literal["insert_values", "csv"]) -> None:
    """Load a file.

    Args:
        path: NDJSON.
        file_format: What dlt hands to PostgreSQL: `insert_values`, its default, or `csv`.
    """
    host, port, user = (os.environ[name] for name in ("PGHOST", "PGPORT", "PGUSER"))
    login = f"{user}:{os.environ.get('PGPASSWORD', '')}"
    url = f"postgresql://{login}@{host}:{port}/{os.environ['PGDATABASE']}"
    events = dlt.resource(
        lines(path),
        name="events",
        columns={"data": {"data_type": "json"}, "metadata": {"data_type": "json"}},
    )
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "benchmark",
            pipelines_dir=folder,
            destination=dlt.destinations.postgres(url),
            dataset_name="dlt",
        )
        pipeline.run(events, loader_file_format=file_format).raise_on_failed_jobs()


if __name__ == "__main__":
    main(sys.argv[1], "csv" if sys.argv[2] == "csv" else "insert_values")
