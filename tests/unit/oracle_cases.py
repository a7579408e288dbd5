"""The rows the oracle makes of hand-computed examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.oracle import expected_marts

Marts = dict[str, list[dict[str, Any]]]


def marts_of(path: Path, *records: dict[str, Any], zone: str = "UTC") -> Marts:
    """The marts that the records make, landed in this order as a file at `path`."""
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return expected_marts([path], zone)


def rows(marts: Marts, mart: str, key: str) -> dict[Any, dict[str, Any]]:
    """The mart's rows by one of their columns."""
    return {row[key]: row for row in marts[mart]}
