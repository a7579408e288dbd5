"""The catalogue, its examples and the files rendered from it agree with one another."""

import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from loaders import rendering
from loaders.catalogue import CATALOGUE_FOLDER, Field, load_catalogue
from loaders.settings import PROJECT_ROOT

EXAMPLES = Path(__file__).parents[1] / "fixtures" / "events"
CATALOGUE = load_catalogue()
NAMES = [one.name for one in CATALOGUE.event_types]


def document(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


@pytest.fixture(scope="module")
def fields() -> Registry[Any]:
    """The shared fields, where an event file's `$ref` looks for them."""
    contents = document(CATALOGUE_FOLDER / "_fields.yml")
    shared = DRAFT202012.create_resource(contents)
    registry: Registry[Any] = Registry().with_resource("/_fields.yml", shared)
    return registry


@pytest.fixture(scope="module")
def formats() -> FormatChecker:
    checker = FormatChecker(formats=())
    checker.checks("date-time", raises=ValueError)(
        lambda text: datetime.fromisoformat(text).tzinfo is not None
    )
    return checker


def test_the_committed_files_are_what_the_catalogue_renders() -> None:
    assert not rendering.check(PROJECT_ROOT), "run `chhimeki catalogue render`"


@pytest.mark.parametrize("name", NAMES)
def test_the_data_of_an_event_type_is_a_json_schema(name: str) -> None:
    Draft202012Validator.check_schema(document(CATALOGUE_FOLDER / "events" / f"{name}.yml")["data"])


@pytest.mark.parametrize("part", ["record", "metadata"])
def test_the_envelope_is_a_json_schema(part: str) -> None:
    Draft202012Validator.check_schema(document(CATALOGUE_FOLDER / "_envelope.yml")[part])


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_an_event_type_satisfies_its_schemas(
    name: str, fields: Registry[Any], formats: FormatChecker
) -> None:
    example = json.loads((EXAMPLES / f"{name}.json").read_text())
    envelope = document(CATALOGUE_FOLDER / "_envelope.yml")
    data = document(CATALOGUE_FOLDER / "events" / f"{name}.yml")["data"]
    data["$id"] = f"/events/{name}.yml"
    for schema, instance in (
        (envelope["record"], example),
        (envelope["metadata"], example["metadata"]),
        (data, example["data"]),
    ):
        checker = Draft202012Validator(schema, registry=fields, format_checker=formats)
        checker.validate(instance)
    assert example["eventName"] == name
    assert set(data["properties"]) <= set(example["data"]), "show every field in the example"


def test_every_example_has_its_event_type() -> None:
    assert sorted(path.stem for path in EXAMPLES.iterdir()) == NAMES


def test_every_shared_field_is_shared() -> None:
    uses: dict[str, int] = defaultdict(int)
    for event_type in CATALOGUE.event_types:
        for field in event_type.fields:
            uses[field.name] += 1
    assert not {name for name in document(CATALOGUE_FOLDER / "_fields.yml") if uses[name] < 2}


def test_a_field_of_one_name_is_of_one_kind_everywhere() -> None:
    def kind(field: Field) -> tuple[object, ...]:
        return (field.type, field.minimum, field.maximum, field.unit)

    kinds: dict[str, set[tuple[object, ...]]] = defaultdict(set)
    for event_type in CATALOGUE.event_types:
        for field in event_type.fields:
            kinds[field.name].add(kind(field))
    assert not {name: found for name, found in kinds.items() if len(found) > 1}
