"""`chhimeki status`: what an operator learns at a glance."""

import dataclasses
from pathlib import Path

import pytest

from loaders import landing_folder
from loaders.settings import Settings
from orchestration.status import status_lines
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Land
from tests.integration.marts import alone, build

EVENT = {
    "eventId": "e1",
    "eventName": "page_view",
    "userId": "asha",
    "timestamp": "2024-01-01T10:00:00Z",
}


def test_an_operator_sees_what_landed_what_stands_and_what_is_not_built(
    database: Settings, dbt: DbtInProcess, land: Land
) -> None:
    land([EVENT, b"broken"])
    lines = status_lines(database)
    assert "1 events landed in 1 loads" in lines
    assert "1 records stand rejected; `chhimeki rejects` lists them" in lines
    assert not any(line.startswith("last build") for line in lines)

    build(dbt, database, *alone("active_users_daily"))
    assert any(line.endswith("events up to 2024-01-01") for line in status_lines(database))

    land([EVENT | {"eventId": "e2"}])
    assert "1 loads have landed since; `chhimeki build` builds them" in status_lines(database)


def test_files_that_wait_are_counted(
    database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing_folder, "SETTLE_SECONDS", 0)
    here = dataclasses.replace(database, landing=tmp_path)
    assert not any("wait in" in line for line in status_lines(here))
    (tmp_path / "new.jsonl").write_text("{}\n")
    assert f"1 files wait in {tmp_path}" in status_lines(here)
