"""The analyst's own data: seeds that both readings start from, read as plain tables."""

from __future__ import annotations

import csv
from pathlib import Path

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"


def seed(name: str) -> list[dict[str, str]]:
    """Rows of a seed, every value a text."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
