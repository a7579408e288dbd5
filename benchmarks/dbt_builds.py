"""dbt on a benchmark's database: builds and tests, measured, with the time of each model.

What flows through: a database with landed events in; figures, and seconds by model, out.
Belongs here: dbt's command line and its `run_results.json`. Does not belong here: what is compared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.measuring import measured
from loaders.settings import Settings
from orchestration.manifest import DBT, PLACES
from orchestration.state import dbt_environment, dbt_folder

MODELS_AND_SEEDS = ("--resource-type", "model", "--resource-type", "seed")
MODELS_SECONDS = "models s"


@dataclass(frozen=True)
class Build:
    """One build.

    Attributes:
        figures: Of the whole process, and the sum over its models.
        models: Seconds by model; dbt builds some at the same time.
    """

    figures: Mapping[str, float]
    models: Mapping[str, float]


def build(server: Settings, database: Settings, arguments: Sequence[str] = ()) -> Build:
    """Build the models, without their tests.

    Args:
        server: The server.
        database: What to build.
        arguments: More of dbt's, such as `--full-refresh`.

    Returns:
        What it took.
    """
    figures = _dbt(server, database, ["build", *MODELS_AND_SEEDS, *arguments])
    results = json.loads((dbt_folder(database) / "run_results.json").read_text("utf-8"))["results"]
    models = {
        one["unique_id"].rsplit(".", 1)[-1]: float(one["execution_time"])
        for one in results
        if one["unique_id"].startswith("model.")
    }
    return Build(figures | {MODELS_SECONDS: sum(models.values())}, models)


def test(server: Settings, database: Settings) -> dict[str, float]:
    """Run the data tests on what was built.

    Args:
        server: The server.
        database: What to test.

    Returns:
        Figures of the whole process.
    """
    return _dbt(server, database, ["test", "--exclude-resource-type", "unit_test"])


def _dbt(server: Settings, database: Settings, arguments: Sequence[str]) -> dict[str, float]:
    command = [DBT, "--quiet", *arguments, *PLACES]
    return measured(server, database, command, dbt_environment(database))
