"""Every column says how much it tells of a person, and nobody reads more than they may.

The marks stand in the `meta` of a column (dbt's YAML): `pii`, `subject` and `readers`. Roles,
export, erasure and retention walk them. That a database has no column beside those listed is
tested in `tests/privacy`.
"""

import csv
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, get_args

import pytest
from dbt.contracts.graph.manifest import Manifest

from loaders.catalogue import Field, load_catalogue
from loaders.catalogue.model import Pii, Subject
from loaders.rendering.sql import data_column
from loaders.settings import PROJECT_ROOT
from tests.dbt_in_process import DbtInProcess

CATALOGUE = load_catalogue()
SEEDS = PROJECT_ROOT / "dbt_project" / "seeds"
# The schemas whose columns an analyst reads, but for those that `readers` keeps from them.
ANALYSTS_SCHEMAS = {"marts", "metrics", "analyst"}
# All that may hold a person's name where analysts read tables. A further one is a decision.
NAMES_KEPT_FROM_ANALYSTS = {
    ("users", "username"),
    ("users", "email"),
    ("events", "event_data"),
    ("performance_metrics", "metadata"),
}
# Truncated once it left the raw layer, an address no longer names a device.
TRUNCATED = "ip_address"
# Names that the catalogue gives to something else than a model does.
METADATA_OF_A_MEASUREMENT = ("performance_metrics", "metadata")


class Column(NamedTuple):
    """A column of the manifest with its marks."""

    table: str
    schema: str
    name: str
    marks: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}.{self.name}"


@pytest.fixture(scope="module")
def columns(dbt: DbtInProcess) -> list[Column]:
    return list(listed(dbt.manifest))


def listed(manifest: Manifest) -> Iterator[Column]:
    for node in (*manifest.nodes.values(), *manifest.sources.values()):
        if node.resource_type in ("model", "seed", "source"):
            for column in node.columns.values():
                yield Column(node.identifier, node.schema, column.name, column.config.meta)


def assert_none(offenders: Iterable[object], rule: str) -> None:
    found = sorted(str(one) for one in offenders)
    assert not found, f"{rule}:\n  " + "\n  ".join(found)


def test_every_column_is_classified(columns: list[Column]) -> None:
    assert_none(
        (one for one in columns if one.marks.get("pii") not in get_args(Pii)),
        "give them meta.pii: none, indirect or direct",
    )


def test_the_marks_are_known(columns: list[Column]) -> None:
    known = {"pii": get_args(Pii), "subject": get_args(Subject), "readers": (["steward"],)}
    assert_none(
        (
            f"{one}: {mark}"
            for one in columns
            for mark, value in one.marks.items()
            if value not in known.get(mark, ())
        ),
        "marks or values that nothing knows",
    )


def test_a_persons_key_is_personal(columns: list[Column]) -> None:
    subjects = [one for one in columns if "subject" in one.marks]
    assert_none(
        (one for one in subjects if one.marks.get("pii") == "none"), "say indirect or direct"
    )


@pytest.mark.parametrize("name", ["user_id", "user_ref", "author_id", "author_ref", "actor_key"])
def test_what_is_named_as_a_persons_key_is_marked_so(columns: list[Column], name: str) -> None:
    alike = [one for one in columns if one.name == name]
    assert alike
    assert_none((one for one in alike if one.marks.get("subject") != "user"), "subject: user")


def test_no_analyst_reads_a_name(columns: list[Column]) -> None:
    names = [
        one
        for one in columns
        if one.schema in ANALYSTS_SCHEMAS and one.marks.get("pii") == "direct"
    ]
    assert_none(
        (one for one in names if one.marks.get("readers") != ["steward"]),
        "direct identifiers that an analyst reads",
    )
    assert {(one.table, one.name) for one in names} == NAMES_KEPT_FROM_ANALYSTS


def test_what_analysts_do_not_read_lies_in_marts(columns: list[Column]) -> None:
    kept = {one.schema for one in columns if "readers" in one.marks}
    assert kept == {"marts"}, "only marts have readers that differ by column"


def test_a_field_of_the_catalogue_is_classified_alike_everywhere(columns: list[Column]) -> None:
    fields = {one.column: one for one in (*CATALOGUE.envelope.fields, *CATALOGUE.envelope.metadata)}
    assert_none(disagreeing(columns, fields), "the catalogue says otherwise")


@pytest.mark.parametrize("event", CATALOGUE.event_types, ids=lambda one: str(one.name))
def test_a_typed_view_says_what_its_event_type_says(columns: list[Column], event: Any) -> None:
    fields = {data_column(one): one for one in event.fields}
    view = [one for one in columns if (one.schema, one.table) == ("events", event.name)]
    assert set(fields) <= {one.name for one in view}
    assert_none(disagreeing(view, fields), "run `chhimeki catalogue render`")
    kept = [one for one in columns if one.table == "error_logs" and event.name == "error_occurred"]
    assert_none(disagreeing(kept, fields), "the catalogue says otherwise")


def disagreeing(columns: list[Column], fields: dict[str, Field]) -> Iterator[str]:
    for one in columns:
        field = fields.get(one.name)
        if field is None or (one.name == TRUNCATED and one.schema == "marts"):
            continue
        if (one.table, one.name) == METADATA_OF_A_MEASUREMENT:
            continue
        if (said := one.marks.get("pii")) != field.pii:
            yield f"{one}: {said}, in the catalogue {field.pii}"


def test_what_analysts_do_not_read_says_who_does(dbt: DbtInProcess) -> None:
    shown = {(one.table, one.name) for one in listed(dbt.manifest) if one.schema == "analyst"}
    for node in dbt.manifest.nodes.values():
        for column in getattr(node, "columns", {}).values():
            if "readers" in column.config.meta:
                said = f"{node.name}.{column.name}: {column.description}"
                assert "Stewards read it" in said
                folded = (node.name, column.name) in shown
                assert not folded or f"`analyst.{node.name}`" in said, said


def test_each_consent_has_its_purpose() -> None:
    (event_type,) = [one for one in CATALOGUE.event_types if one.name == "consent_updated"]
    consents = {one.name for one in event_type.fields if one.type == "boolean"}
    with (SEEDS / "consent_purposes.csv").open(newline="") as file:
        purposes = list(csv.DictReader(file))
    assert {one["consent_field"] for one in purposes} == consents
    assert {one["governed_schemas"] for one in purposes} == {"marts, metrics"}
