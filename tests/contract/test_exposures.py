"""What reads the warehouse is known to it (dbt's exposures), and reads what is for readers."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import Exposure, ModelNode

from loaders.settings import PROJECT_ROOT
from orchestration.defs.reporting import READ
from tests.dbt_in_process import DbtInProcess

PAGES = (
    "growth",
    "engagement",
    "content",
    "communities",
    "experiments",
    "platform_health",
    "data_quality",
)
READERS = {*(f"dashboard_{page}" for page in PAGES), "weekly_report", "handbook", "semantic_layer"}
FOR_READERS = {"marts", "metrics", "analyst"}
RELATION = re.compile(rf"\b(?:{'|'.join(FOR_READERS)})\.[a-z_]+")


@pytest.fixture(scope="module")
def manifest(dbt: DbtInProcess) -> Manifest:
    return dbt.manifest


@pytest.fixture(scope="module")
def exposures(manifest: Manifest) -> dict[str, Exposure]:
    return {one.name: one for one in manifest.exposures.values()}


def read_by(exposure: Exposure, manifest: Manifest) -> Iterator[ModelNode]:
    for unique_id in exposure.depends_on.nodes:
        node = manifest.nodes[unique_id]
        assert isinstance(node, ModelNode), f"{exposure.name} reads {unique_id}, which is no model"
        yield node


def relations(exposure: Exposure, manifest: Manifest) -> set[str]:
    return {f"{model.schema}.{model.identifier}" for model in read_by(exposure, manifest)}


def test_every_reader_is_an_exposure(exposures: dict[str, Exposure]) -> None:
    assert set(exposures) == READERS


def test_an_exposure_says_what_it_is_and_whose(exposures: dict[str, Exposure]) -> None:
    for name, exposure in exposures.items():
        assert exposure.description.strip(), name
        assert exposure.label, name
        assert exposure.maturity, name
        assert exposure.owner.email, name
        # They are pages and commands of this project, on no server that could be linked to.
        assert exposure.url is None, name


def test_readers_read_what_is_there_for_them(
    exposures: dict[str, Exposure], manifest: Manifest
) -> None:
    for name, exposure in exposures.items():
        schemas = {model.schema for model in read_by(exposure, manifest)}
        assert schemas, f"{name} reads nothing"
        assert schemas <= FOR_READERS, f"{name} reads {schemas - FOR_READERS}"


def test_the_semantic_layer_reads_what_its_models_read(
    exposures: dict[str, Exposure], manifest: Manifest
) -> None:
    read = {one for model in manifest.semantic_models.values() for one in model.depends_on.nodes}
    assert set(exposures["semantic_layer"].depends_on.nodes) == read


def test_the_weekly_report_reads_what_its_asset_follows(
    exposures: dict[str, Exposure], manifest: Manifest
) -> None:
    read = {model.name for model in read_by(exposures["weekly_report"], manifest)}
    assert read == {table for tables in READ.values() for table in tables}


@pytest.mark.parametrize("name", sorted(READERS))
def test_an_exposure_reads_what_its_sql_names(
    name: str, exposures: dict[str, Exposure], manifest: Manifest
) -> None:
    models = [one for one in manifest.nodes.values() if isinstance(one, ModelNode)]
    known = {f"{model.schema}.{model.identifier}" for model in models}
    words = {word for file in sql_of(name) for word in RELATION.findall(file.read_text())}
    # An alias may be named like a schema.
    named = words & known
    assert not named or named == relations(exposures[name], manifest)


def sql_of(name: str) -> list[Path]:
    """The files with the SQL of a reader, where its SQL lies in files."""
    if name == "handbook":
        return list(PROJECT_ROOT.glob("HANDBOOK.md"))
    page = name.removeprefix("dashboard_")
    return list(PROJECT_ROOT.glob(f"dashboards/sql/{page}/*.sql"))
