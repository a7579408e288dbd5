"""The house rules of the dbt project, checked on what dbt itself parsed (its manifest).

Each rule is one test whose failure names the offenders. What the SQL computes is tested elsewhere.
"""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

import pytest
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import Macro, ModelNode
from dbt_common.contracts.constraints import ConstraintType

from tests.dbt_in_process import DbtInProcess

MODELS = PurePosixPath("dbt_project/models")
# Folder of a model -> (access, materializations, prefix of its name).
LAYERS: dict[str, tuple[str, set[str], str]] = {
    "staging": ("protected", {"view"}, "stg_"),
    "intermediate": ("private", {"view", "table", "incremental", "materialized_view"}, "int_"),
    "marts": ("public", {"table", "incremental"}, ""),
    "events": ("public", {"view"}, ""),
    "metrics": ("public", {"materialized_view"}, ""),
    "analyst": ("public", {"view"}, "analyst_"),
    "privacy": ("public", {"view"}, ""),
}
# For readers: no model is built on them.
LAST = ("metrics", "events", "analyst", "privacy")
# Each breaks either "the same SQL runs on Citus" or "a rebuild gives the same rows".
FORBIDDEN = {
    "grouping sets": r"\bgrouping\s+sets\b|\brollup\s*\(|\bcube\s*\(",
    "recursive CTE": r"\bwith\s+recursive\b",
    "for update": r"\bfor\s+update\b",
    "random id": r"\bgen_random_uuid\b|\buuidv[47]\b|\brandom\s*\(",
    "binary float": r"::\s*(float\d?|real|double\s+precision)\b",
}


@pytest.fixture(scope="module")
def manifest(dbt: DbtInProcess) -> Manifest:
    return dbt.manifest


@pytest.fixture(scope="module")
def models(manifest: Manifest) -> list[ModelNode]:
    return [node for node in manifest.nodes.values() if isinstance(node, ModelNode)]


@pytest.fixture(scope="module")
def macros(manifest: Manifest) -> list[Macro]:
    return [
        macro
        for macro in manifest.macros.values()
        # dbt makes a macro of each generic test; those are described where they are used.
        if macro.package_name == "chhimeki" and not macro.name.startswith("test_")
    ]


def layer(model: ModelNode) -> str:
    return PurePosixPath(model.original_file_path).relative_to(MODELS).parts[0]


def assert_none(offenders: Iterable[str], rule: str) -> None:
    found = sorted(offenders)
    assert not found, f"{rule}:\n  " + "\n  ".join(found)


def test_every_model_lies_in_a_known_layer(models: list[ModelNode]) -> None:
    assert_none({layer(one) for one in models} - set(LAYERS), "folders that are no layer")


def test_a_models_name_says_its_layer(models: list[ModelNode]) -> None:
    def fits(model: ModelNode) -> bool:
        prefix = LAYERS[layer(model)][2]
        if prefix:
            return model.name.startswith(prefix)
        return not model.name.startswith(("stg_", "int_", "analyst_"))

    assert_none((one.name for one in models if not fits(one)), "a prefix marks its layer")


def test_every_model_has_its_own_yml_beside_it(models: list[ModelNode]) -> None:
    def fits(model: ModelNode) -> bool:
        described_in = (model.patch_path or "").split("://")[-1]
        return described_in == str(PurePosixPath(model.original_file_path).with_suffix(".yml"))

    assert_none((one.name for one in models if not fits(one)), "not described in a .yml beside it")


def test_every_yml_describes_one_model(models: list[ModelNode]) -> None:
    files = [one.patch_path for one in models if one.patch_path]
    assert_none({one for one in files if files.count(one) > 1}, "these describe several models")


def test_every_model_begins_with_a_sentence_about_its_grain(models: list[ModelNode]) -> None:
    assert_none(
        (one.name for one in models if not re.match(r"\S[^.]*\.", one.description)),
        "no first sentence in the description",
    )


def test_every_column_is_described(models: list[ModelNode]) -> None:
    assert_none(
        (
            f"{one.name}.{column.name}"
            for one in models
            for column in one.columns.values()
            if not column.description.strip()
        ),
        "columns without a description",
    )
    assert_none((one.name for one in models if not one.columns), "models that list no column")


def test_every_macro_and_its_arguments_are_described(macros: list[Macro]) -> None:
    assert_none((one.name for one in macros if not one.description.strip()), "macros undescribed")
    assert_none(
        (
            f"{one.name}({argument.name})"
            for one in macros
            for argument in one.arguments
            if not (argument.type and argument.description.strip())
        ),
        "macro arguments without type or description",
    )


def test_the_names_of_unit_tests_are_identifiers(manifest: Manifest) -> None:
    # `dbt build` makes a table of that name, where `dbt test` does not.
    names = (one.name for one in manifest.unit_tests.values())
    assert_none((name for name in names if len(name) > 63), "longer than PostgreSQL keeps a name")


def test_access_follows_the_layer(models: list[ModelNode]) -> None:
    assert_none(
        (f"{one.name}: {one.access}" for one in models if str(one.access) != LAYERS[layer(one)][0]),
        "access differs from its layer's",
    )


def test_materialization_follows_the_layer(models: list[ModelNode]) -> None:
    assert_none(
        (
            f"{one.name}: {one.config.materialized}"
            for one in models
            if one.config.materialized not in LAYERS[layer(one)][1]
        ),
        "materialized as its layer never is",
    )


def test_marts_enforce_their_contract_and_name_their_key(models: list[ModelNode]) -> None:
    marts = [one for one in models if layer(one) == "marts"]
    assert_none((one.name for one in marts if not one.contract.enforced), "no enforced contract")

    def has_key(model: ModelNode) -> bool:
        constraints = [
            *model.constraints,
            *(c for x in model.columns.values() for c in x.constraints),
        ]
        return any(one.type is ConstraintType.primary_key for one in constraints)

    assert_none((one.name for one in marts if not has_key(one)), "marts without a primary key")


def test_only_staging_reads_the_raw_layer(models: list[ModelNode]) -> None:
    assert_none(
        (one.name for one in models if one.sources and layer(one) != "staging"),
        "read a source although they are not staging",
    )


def test_nothing_is_built_on_what_is_published_last(
    models: list[ModelNode], manifest: Manifest
) -> None:
    last = {one.unique_id for one in models if layer(one) in LAST}
    assert_none(
        (
            f"{one.name} reads {manifest.nodes[parent].name}"
            for one in models
            for parent in one.depends_on.nodes
            if parent in last and layer(one) != "metrics"
        ),
        "what is published last is for readers, not for models",
    )


@pytest.mark.parametrize("construct", FORBIDDEN)
def test_no_model_uses(models: list[ModelNode], construct: str) -> None:
    pattern = re.compile(FORBIDDEN[construct], re.IGNORECASE)
    assert_none((one.name for one in models if pattern.search(one.raw_code)), construct)


def test_dbt_has_nothing_deprecated_to_report(dbt: DbtInProcess, manifest: Manifest) -> None:
    assert manifest.nodes  # parsed, hence the events are there
    assert_none(
        {
            f"{event.info.name}: {event.info.msg}"  # type: ignore[attr-defined]
            for event in dbt.parse_events
            if "Deprecat" in event.info.name or event.info.level == "warn"
        },
        "dbt warns",
    )
