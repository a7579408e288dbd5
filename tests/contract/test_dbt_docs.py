"""dbt's pages lead somewhere, and say what is said often in one place."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml
from dbt.contracts.graph.manifest import Manifest

from loaders.settings import PROJECT_ROOT
from tests.dbt_in_process import DbtInProcess

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
# Written from the catalogue, which says it once.
RENDERED = DBT_PROJECT / "models" / "events"
LINK = re.compile(r"\]\(#!/(\w+)/([\w.]+)\)")


def test_every_link_of_the_overview_leads_to_a_node(dbt: DbtInProcess) -> None:
    manifest = dbt.manifest
    links = LINK.findall(overview(manifest))
    assert links
    for kind, unique_id in links:
        assert unique_id in manifest.nodes, unique_id
        assert manifest.nodes[unique_id].resource_type == kind, unique_id


def test_the_overview_draws_every_layer(dbt: DbtInProcess) -> None:
    manifest = dbt.manifest
    (drawn,) = re.findall(r"```text\n(.*?)```", overview(manifest), re.DOTALL)
    layers = {one.schema for one in (*manifest.nodes.values(), *manifest.sources.values())}
    tables = {one for one in layers if not one.endswith("dbt_test__audit")}
    assert not [layer for layer in tables if not re.search(rf"\b{layer}  ", drawn)]


def overview(manifest: Manifest) -> str:
    return manifest.docs["doc.chhimeki.__overview__"].block_contents


def test_what_a_column_says_more_than_twice_is_a_doc_block() -> None:
    said = Counter(described_columns())
    often = {key: times for key, times in said.items() if times > 2 and "doc(" not in key[1]}
    assert not often, "give it a block in _shared_columns.md"


def described_columns() -> Iterator[tuple[str, str]]:
    for path in sorted(DBT_PROJECT.rglob("*.yml")):
        if path.is_relative_to(RENDERED):
            continue
        for table in tables(path):
            for column in table.get("columns", []):
                if said := column.get("description"):
                    yield column["name"], " ".join(said.split())


def tables(path: Path) -> Iterator[dict[str, list[dict[str, str]]]]:
    document = yaml.safe_load(path.read_text()) or {}
    for kind in ("models", "seeds"):
        yield from document.get(kind, [])
    for source in document.get("sources", []):
        yield from source["tables"]
