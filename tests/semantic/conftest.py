"""A small community, built as far as the semantic layer reads it, and MetricFlow to ask it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg
import pytest
from dbt.adapters.factory import get_adapter_by_type
from dbt.contracts.graph.semantic_manifest import SemanticManifest as ParsedSemanticManifest
from dbt_metricflow.cli.dbt_connectors.adapter_backed_client import AdapterBackedSqlClient
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow_semantic_interfaces.implementations.semantic_manifest import (
    PydanticSemanticManifest,
)
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from loaders.pipeline import load
from loaders.settings import Settings
from loaders.simulation import SimulationPlan, write
from tests.conftest import MadeDatabase
from tests.dbt_in_process import PARSED_DATABASE, DbtInProcess
from tests.integration.marts import alone

DATABASE = "semantic"
# Far from the reporting zone: no date may depend on whose session asks.
SESSION = "set time zone 'Asia/Kathmandu'"

Rows = list[tuple[Any, ...]]
Query = Callable[[str], Rows]
Ask = Callable[..., Rows]


@pytest.fixture(scope="session")
def semantic_manifest(
    dbt: DbtInProcess, tmp_path_factory: pytest.TempPathFactory
) -> PydanticSemanticManifest:
    """The semantic models and metrics, as MetricFlow reads them of dbt."""
    path = tmp_path_factory.mktemp("semantic") / "semantic_manifest.json"
    ParsedSemanticManifest(dbt.manifest).write_json_to_file(str(path))
    text = path.read_text().replace(PARSED_DATABASE, DATABASE)
    return parse_manifest_from_dbt_generated_manifest(text)


@pytest.fixture(scope="session")
def warehouse(
    made_database: MadeDatabase, dbt: DbtInProcess, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Thirty dates of eighty people, built as far as semantic models and what they equal reach."""
    made = made_database(DATABASE).as_one_user()
    plan = SimulationPlan(users=80, start=date(2024, 1, 15))
    files = write(plan, tmp_path_factory.mktemp("community"))
    load([str(file) for file in files], made)
    dbt.build(made, *alone(*_read_models(dbt), "sessions_daily", "errors_daily", "attribution"))
    return made


def _read_models(dbt: DbtInProcess) -> list[str]:
    nodes = dbt.manifest.nodes
    models = dbt.manifest.semantic_models.values()
    return sorted({nodes[one].name for model in models for one in model.depends_on.nodes})


@pytest.fixture(scope="session")
def query(warehouse: Settings) -> Query:
    """Rows of a query."""

    def rows(statement: str) -> Rows:
        with psycopg.connect(warehouse.conninfo()) as connection:
            connection.execute(SESSION)
            return connection.execute(statement.encode()).fetchall()

    return rows


@pytest.fixture(scope="session")
def metricflow(
    warehouse: Settings, dbt: DbtInProcess, semantic_manifest: PydanticSemanticManifest
) -> MetricFlowEngine:
    """What `mf` asks. dbt's adapter is the one that the build left behind."""
    assert dbt
    assert warehouse
    client = AdapterBackedSqlClient(get_adapter_by_type("postgres"))  # type: ignore[no-untyped-call]
    return MetricFlowEngine(SemanticManifestLookup(semantic_manifest), client)


@pytest.fixture(scope="session")
def ask(metricflow: MetricFlowEngine, query: Query) -> Ask:
    """Rows of a metric, as `mf query --metrics … --group-by … --where …` gives them."""

    def rows(metric: str, *group_by: str, where: str | None = None) -> Rows:
        request = MetricFlowQueryRequest.create(
            metric_names=[metric],
            group_by_names=group_by,
            where_constraints=[where] if where else None,
        )
        return query(metricflow.explain(request).sql_statement.sql)

    return rows
