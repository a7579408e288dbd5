"""CONTRIBUTING's walk-through, walked: as it is written, in a copy of the project.

Each part stands on the one before: an event type, a mart of its events, a rule on the mart.
"""

import dataclasses
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from loaders.settings import PROJECT_ROOT, Settings
from tests.conftest import MadeDatabase
from tests.contributing import recipe

PAGE = (PROJECT_ROOT / "CONTRIBUTING.md").read_text()
BIN = Path(sys.executable).parent
# They build whole communities; what they would find is looked at here in the small.
MINUTES = ("tests/integration/test_laws.py", "tests/quality/test_corruptions.py")


@dataclasses.dataclass(frozen=True)
class Copy:
    """A copy of the project, with a warehouse."""

    root: Path
    warehouse: Settings

    def follow(self, title: str) -> list[str]:
        """Write and type what a section says; what its commands said, in order."""
        said = []
        for block in recipe.section(PAGE, title):
            if block.language == "console":
                said += [self.type(one) for one in block.commands if not _takes_minutes(one)]
            else:
                block.write(self.root)
        return said

    def type(self, command: str) -> str:
        """Run a command as it would be typed at the root of the copy, and fail where it fails."""
        program, *arguments = shlex.split(command)
        return self.run(str(BIN / program.removeprefix(".venv/bin/")), *arguments)

    def run(self, *command: str) -> str:
        outer = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
        done = subprocess.run(
            command,
            cwd=self.root,
            env=outer | self.warehouse.environment() | {"PYTHONPATH": str(self.root)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.warehouse.conninfo()) as connection:
            return connection.execute(query.encode()).fetchall()


def _takes_minutes(command: str) -> bool:
    return any(one in command for one in MINUTES)


@pytest.fixture(scope="module")
def copy(made_database: MadeDatabase, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    root = tmp_path_factory.mktemp("contributing") / "copy"
    # Whoever works here has an environment and a warehouse in the folder.
    ignored = (line.rstrip("/") for line in (PROJECT_ROOT / ".gitignore").read_text().splitlines())
    shutil.copytree(PROJECT_ROOT, root, ignore=shutil.ignore_patterns(".git", *ignored))
    return Copy(root, made_database("contributing").as_one_user())


@pytest.fixture(scope="module")
def event_type(copy: Copy) -> list[str]:
    return copy.follow("An event type")


@pytest.fixture(scope="module")
def mart(copy: Copy, event_type: list[str]) -> list[str]:
    assert event_type
    return copy.follow("A mart")


@pytest.fixture(scope="module")
def rule(copy: Copy, mart: list[str]) -> list[str]:
    assert mart
    return copy.follow("A quality rule")


def test_an_event_type_has_its_view(copy: Copy, event_type: list[str]) -> None:
    rendered, *_, shown = event_type
    assert "dbt_project/models/events/poll_vote.sql" in rendered
    assert "momo" in shown
    assert copy.rows("select poll_id, choice from events.poll_vote") == [("poll_7", "momo")]
    assert copy.rows("select event_name, status from marts.events") == [("poll_vote", "processed")]


def test_a_mart_is_described_followed_and_built(copy: Copy, mart: list[str]) -> None:
    tested, built, _ = mart
    # with the block that compares what followed late events with a full refresh
    assert "tests/integration/test_poll_votes.py ." in tested
    assert re.search(r"Done\. PASS=[1-9]\d* WARN=0 ERROR=0 SKIP=0", built)
    votes = copy.rows("select poll_ref, choice, date::text from marts.poll_votes")
    assert votes == [("poll_7", "momo", "2026-03-01")]


def test_a_rule_holds_until_its_corruption(copy: Copy, rule: list[str]) -> None:
    assert " passed" in rule[0]
    command = ("-m", "tests.contributing.judging", "marts_poll_votes", "most_vote_once")
    judged = json.loads(copy.run(sys.executable, *command))
    assert judged == {"before": [], "after": ["most_vote_once"]}
