"""A landing folder that is none, or whose files break while they are read."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from loaders import landing_folder
from loaders.landing_folder import land_waiting
from loaders.settings import Settings
from orchestration.cli import main
from tests.integration.landing_content import lines

# Root may read whatever has no rights; this, a regular file, answers nobody's read at its start.
BROKEN = Path("/proc/self/mem")


def test_a_file_whose_disk_is_broken_is_refused_and_the_others_land(
    database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing_folder, "SETTLE_SECONDS", 0)
    if not BROKEN.exists():
        pytest.skip("there is no /proc here, whose files can be made to break")
    (tmp_path / "a.jsonl").symlink_to(BROKEN)
    (tmp_path / "b.jsonl").write_bytes(lines(3))
    here = replace(database, landing=tmp_path)
    outcomes = {Path(one.file_name).name: one for one in land_waiting(here).files}
    assert outcomes["b.jsonl"].events_landed == 3
    assert "Input/output error" in str(outcomes["a.jsonl"].reason)

    (tmp_path / "a.jsonl").unlink(missing_ok=True)
    (tmp_path / "a.jsonl").write_bytes(lines(2, start=3))
    assert [one.events_landed for one in land_waiting(here).files] == [2]


def _file(path: Path) -> None:
    path.touch()


def _loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_file, "Cannot make the landing folder '{}': File exists; name another in CHHIMEKI_"),
        (_loop, "CHHIMEKI_LANDING is {}, a link to itself; name a folder."),
    ],
)
def test_a_landing_folder_that_is_none_is_one_clear_line(
    make: Callable[[Path], None], said: str, database: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "landing"
    make(folder)
    environment = database.environment() | {"CHHIMEKI_LANDING": str(folder)}
    failed = CliRunner().invoke(main, ["load"], env=environment)
    assert failed.exit_code == 1
    assert failed.stderr.startswith("chhimeki: " + said.format(folder))
    assert failed.stderr.count("\n") == 1
