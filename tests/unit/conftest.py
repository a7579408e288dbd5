"""What tests of the oracle share: records in, marts out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.unit.oracle_cases import marts_of


@pytest.fixture
def marts(tmp_path: Path) -> Any:
    """The marts of the records given to it."""
    return partial(marts_of, tmp_path / "landing.jsonl")
