"""The semantic layer as it is written down: valid, described, and readable by analysts."""

import re
from collections.abc import Iterator

from dbt.contracts.graph.nodes import ModelNode
from metricflow.engine.metricflow_engine import MetricFlowEngine
from metricflow_semantic_interfaces.implementations.semantic_manifest import (
    PydanticSemanticManifest,
)
from metricflow_semantic_interfaces.type_enums.dimension_type import DimensionType
from metricflow_semantic_interfaces.validations.semantic_manifest_validator import (
    SemanticManifestValidator,
)

from loaders.settings import PROJECT_ROOT
from tests.dbt_in_process import DbtInProcess
from tests.semantic.conftest import Ask, Query

FOLDER = PROJECT_ROOT / "dbt_project" / "models" / "semantic"
DAY_OF_AN_INSTANT = re.compile(
    r"\(\w+_at at time zone '\{\{ var\('reporting_timezone'\) \}\}'\)::date"
)


def test_metricflow_finds_nothing_to_object_to(
    semantic_manifest: PydanticSemanticManifest,
) -> None:
    # As `mf validate-configs --skip-dw` does; warnings and errors to come count here.
    found = SemanticManifestValidator[PydanticSemanticManifest]().validate_semantic_manifest(
        semantic_manifest
    )
    assert not [issue.as_readable_str() for issue in found.all_issues]


def test_everything_is_described(semantic_manifest: PydanticSemanticManifest) -> None:
    parts = [
        *semantic_manifest.metrics,
        *semantic_manifest.semantic_models,
        *(part for model in semantic_manifest.semantic_models for part in model.dimensions),
        *(part for model in semantic_manifest.semantic_models for part in model.measures),
    ]
    assert parts
    assert not [part.name for part in parts if not (part.description or "").strip()]
    assert not [one.name for one in semantic_manifest.metrics if one.label in (None, one.name)]


def test_a_file_is_named_after_its_model_and_holds_one(
    semantic_manifest: PydanticSemanticManifest,
) -> None:
    files = {path.stem for path in FOLDER.iterdir()}
    assert {model.name for model in semantic_manifest.semantic_models} == files


def test_days_of_instants_are_those_of_the_reporting_zone(
    semantic_manifest: PydanticSemanticManifest,
) -> None:
    of_time = [
        (model, dimension)
        for model in semantic_manifest.semantic_models
        for dimension in model.dimensions
        if dimension.type is DimensionType.TIME and "_at" in (dimension.expr or "")
    ]
    assert of_time
    for model, dimension in of_time:
        written = (FOLDER / f"{model.name}.yml").read_text()
        assert DAY_OF_AN_INSTANT.search(written), f"{model.name}.{dimension.name}"


def models_read(dbt: DbtInProcess) -> Iterator[ModelNode]:
    models = dbt.manifest.semantic_models.values()
    for unique_id in {one for model in models for one in model.depends_on.nodes}:
        node = dbt.manifest.nodes[unique_id]
        assert isinstance(node, ModelNode)
        yield node


def test_what_a_column_means_is_read_in_psql_too(dbt: DbtInProcess, query: Query) -> None:
    for model in models_read(dbt):
        relation = f"{model.schema}.{model.identifier}"
        commented = query(
            "select attname, col_description(attrelid, attnum) from pg_attribute"
            f" where attrelid = '{relation}'::regclass and attnum > 0 and not attisdropped"
        )
        assert dict(commented) == {one.name: one.description for one in model.columns.values()}


def test_analysts_read_all_that_is_asked(dbt: DbtInProcess) -> None:
    for node in models_read(dbt):
        assert node.schema in {"marts", "metrics", "analyst"}, node.name
        kept = [one.name for one in node.columns.values() if "readers" in one.config.meta]
        assert not kept, f"{node.name}: analysts do not read {kept}"


def test_every_dimension_can_be_asked(metricflow: MetricFlowEngine, ask: Ask) -> None:
    asked = {
        dimension.granularity_free_dunder_name: metric.name
        for metric in metricflow.list_metrics()
        for dimension in metric.dimensions
    }
    assert {"session_id__country", "user_id__country_code", "error_id__browser"} <= set(asked)
    for dimension, metric in asked.items():
        assert ask(metric, dimension), f"{metric} by {dimension}"
