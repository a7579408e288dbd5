"""dbt inside the test process: parse the project once, then run it on any number of databases.

Starting dbt and parsing the project cost seconds, most of what a dbt test would take. The parsed
manifest is kept and, for another database, its copy is renamed.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import EventMsg

from loaders.roles import Role
from loaders.settings import PROJECT_ROOT, Settings
from orchestration.experimentation.store import analyse_touched
from orchestration.order import AFTER_ANALYSIS

# dbt is handed this name when it parses; each invocation puts its own database in its place.
PARSED_DATABASE = "parsed_database"
WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
# What dbt did is read from what it returns; its artifacts and its log cost a fifth of a build.
UNRECORDED = ("--no-write-json", "--log-level-file", "none")


class DbtInProcess:
    """The project's dbt, for tests.

    Attributes:
        folder: where target files and logs go; never the project's own `target/`.
        parse_events: every event dbt raised while it parsed, deprecations included.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parse_events: list[EventMsg] = []
        self._parsed: Manifest | None = None

    @property
    def manifest(self) -> Manifest:
        """The parsed project; treat it as read-only.

        Raises:
            AssertionError: the project does not parse.
        """
        if self._parsed is None:
            with _environment({"PGDATABASE": PARSED_DATABASE}):
                result = dbtRunner(callbacks=[self.parse_events.append]).invoke(
                    [
                        "parse",
                        "--quiet",
                        "--no-partial-parse",
                        "--show-all-deprecations",
                        *self._places(),
                    ]
                )
            assert result.success, f"dbt parse failed: {result.exception}"
            assert isinstance(result.result, Manifest)
            self._parsed = result.result
        return self._parsed

    def invoke(self, settings: Settings, *arguments: str) -> dbtRunnerResult:
        """Run one dbt command, such as `invoke(database, "build", "--select", "stg_events")`."""
        manifest = _moved(self.manifest, settings.database)
        with _environment(settings.environment()):
            return dbtRunner(manifest=manifest).invoke(
                [*arguments, "--quiet", *UNRECORDED, *self._places()]
            )

    def build(self, settings: Settings, *arguments: str) -> dbtRunnerResult:
        """Run `dbt build` and fail with the names and messages of whatever did not pass."""
        result = self.invoke(settings, "build", *arguments)
        if not result.success:
            bad = [
                f"{one.node.name}: {one.message}"
                for one in getattr(result.result, "results", [])
                if one.status in ("error", "fail")
            ]
            raise AssertionError("dbt build failed\n" + "\n".join(bad or [str(result.exception)]))
        return result

    def build_tables(self, settings: Settings, *arguments: str) -> None:
        """Build as `chhimeki build` does, by the role that builds, experiments analysed.

        dbt's tests, which change nothing, are left out; `arguments` are those of the first build.
        """
        transformer = settings.as_role(Role.TRANSFORMER)
        self.build(transformer, *WITHOUT_TESTS, "--exclude", AFTER_ANALYSIS, *arguments)
        analyse_touched(transformer)
        self.build(transformer, *WITHOUT_TESTS, "--select", AFTER_ANALYSIS)

    def _places(self) -> list[str]:
        return [
            *("--project-dir", str(PROJECT_ROOT)),
            *("--profiles-dir", str(PROJECT_ROOT)),
            *("--target-path", str(self.folder / "target")),
            *("--log-path", str(self.folder / "logs")),
        ]


def _moved(parsed: Manifest, database: str) -> Manifest:
    """A copy of the manifest whose relations live in `database` (dbt also writes into it)."""
    manifest: Manifest = parsed.deepcopy()  # type: ignore[no-untyped-call]
    for node in (*manifest.nodes.values(), *manifest.sources.values()):
        node.database = database
        relation = getattr(node, "relation_name", None)
        if relation:
            node.relation_name = relation.replace(f'"{PARSED_DATABASE}"', f'"{database}"', 1)
    return manifest


@contextmanager
def _environment(extra: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(extra)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
