"""The tools that people keep to, run as tests, so that `make test` is the only gate there is.

Every tool is configured in pyproject.toml and in no other place.
"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.handbook import pitfalls, questions
from loaders.settings import PROJECT_ROOT, Settings

BIN = Path(sys.executable).parent


def run(*command: str, environment: dict[str, str] | None = None) -> None:
    """Run one of the environment's tools at the project's root; its output is the failure."""
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=PROJECT_ROOT,
        env=os.environ | (environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def locked() -> dict[str, str]:
    """Version of every locked package by its canonical name."""
    lines = (PROJECT_ROOT / "requirements.lock").read_text().splitlines()
    pins = [Requirement(line.rstrip(" \\")) for line in lines if line[:1].isalnum()]
    return {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for pin in pins
        if pin.marker is None or pin.marker.evaluate()
    }


def test_python_keeps_the_rules() -> None:
    run("ruff", "check", "--no-fix", ".")


def test_python_is_formatted() -> None:
    run("ruff", "format", "--check", ".")


def test_types_hold() -> None:
    run("mypy")


def test_imports_go_one_way() -> None:
    run("lint-imports")


def test_the_commit_hooks_are_well_formed() -> None:
    # They call the tools that the tests around this one run.
    run("pre-commit", "validate-config", ".pre-commit-config.yaml")


def test_sql_is_laid_out(database: Settings, tmp_path: Path) -> None:
    places = {"DBT_TARGET_PATH": str(tmp_path / "target"), "DBT_LOG_PATH": str(tmp_path / "logs")}
    run(
        *("sqlfluff", "lint", "--disable-progress-bar", "--nocolor", "dbt_project"),
        environment=database.environment() | places,
    )


def test_sql_outside_of_dbt_is_laid_out() -> None:
    run(
        *("sqlfluff", "lint", "--disable-progress-bar", "--nocolor"),
        *(
            "--templater",
            "raw",
            "loaders/landing/migrations",
            "orchestration/alerts/migrations",
            "privacy/people/migrations",
            "privacy/audit/migrations",
            "privacy/roles/migrations",
            "benchmarks/plain_sql",
            "benchmarks/raw_sql",
            "dashboards/sql",
            "dashboards/report/sql",
        ),
    )


def test_sql_of_the_handbook_is_laid_out(tmp_path: Path) -> None:
    for entry in (*questions(), *pitfalls()):
        for number, query in enumerate(entry.queries):
            name = re.sub(r"\W+", "_", f"{entry.title} {number}")
            (tmp_path / f"{name}.sql").write_text(query)
    run(
        *("sqlfluff", "lint", "--disable-progress-bar", "--nocolor"),
        *("--config", "pyproject.toml", "--templater", "raw", str(tmp_path)),
    )


def test_the_lock_holds_what_the_project_asks_for(
    project: dict[str, Any], locked: dict[str, str]
) -> None:
    wanted = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dev"],
    ]
    for requirement in map(Requirement, wanted):
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not locked: run `make lock`"
        assert requirement.specifier.contains(version), f"{requirement} != {version}: `make lock`"


@pytest.mark.parametrize("lock", ["requirements.lock", "benchmarks/requirements.lock"])
def test_the_locks_name_no_registry_and_hash_everything(lock: str) -> None:
    text = (PROJECT_ROOT / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    blocks = text.replace("\\\n", " ").splitlines()
    bare = [line for line in blocks if line[:1].isalnum() and "--hash=sha256:" not in line]
    assert not bare, f"locked without a hash: {bare}"
