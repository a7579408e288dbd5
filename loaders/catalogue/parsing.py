"""Strict reading of the catalogue's files into `model`.

What flows through: a folder in, one `Catalogue` out, or one `CatalogueError` that names file and
key. Belongs here: which keys a file may have and what must hold between them. Does not belong
here: YAML as such (`documents`).

An event file is a JSON Schema (draft 2020-12, under `data`) with a few keys beside it; of JSON
Schema it may use what `_field` reads. A property may be `{$ref: ../_fields.yml#/<its own name>}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from loaders.catalogue.documents import Document, read_document
from loaders.catalogue.model import (
    Catalogue,
    Category,
    Envelope,
    EventType,
    Field,
    FieldType,
    Pii,
    Subject,
)

CATALOGUE_FOLDER = Path(__file__).parent
# Names become file names, relations and columns as they are: nothing that needs a quote, and no
# longer than an identifier of PostgreSQL (63 bytes, with room for a prefix).
EVENT_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
FIELD_NAME = re.compile(r"[a-z][a-zA-Z0-9]*")
ENUM_VALUE = re.compile(r"[A-Za-z0-9_.-]+")
LONGEST_NAME = 50
# In milliseconds, some 31 years; an interval holds it and any sum of it.
LONGEST_DURATION = 10**12

CATEGORIES: tuple[Category, ...] = get_args(Category)
PIIS: tuple[Pii, ...] = get_args(Pii)
SUBJECTS: tuple[Subject, ...] = get_args(Subject)


def load_catalogue(folder: Path = CATALOGUE_FOLDER) -> Catalogue:
    """Read the catalogue.

    Args:
        folder: Folder with `_envelope.yml`, `_fields.yml` and `events/<event_name>.yml`.

    Returns:
        What its files say.

    Raises:
        CatalogueError: A file is not as the catalogue's files are.
    """
    shared_file = read_document(folder / "_fields.yml")
    shared = {name: shared_file.take_document(name) for name in shared_file}
    for name, document in shared.items():
        _field(name, document, required=False)
    paths = sorted((folder / "events").glob("*.yml"))
    return Catalogue(
        event_types=tuple(_event_type(path, shared) for path in paths),
        envelope=_envelope(read_document(folder / "_envelope.yml")),
    )


def _event_type(path: Path, shared: Mapping[str, Document]) -> EventType:
    document = read_document(path)
    data = document.take_document("data")
    event_type = EventType(
        name=document.take("event", str),
        description=document.take("description", str),
        category=document.take_choice("category", CATEGORIES),
        interaction=document.take("interaction", bool),
        owner=document.take("owner", str),
        fields=_fields(data, shared),
        extra_column=data.take("x-extra-column", str) if "x-extra-column" in data else None,
    )
    data.done()
    document.done()
    _check_name(document, "event", event_type.name, EVENT_NAME)
    if event_type.name != path.stem:
        raise document.error("event", f"is {event_type.name!r}; name the file after it")
    _check_columns(data, event_type)
    _check_durations(data, event_type)
    return event_type


def _envelope(document: Document) -> Envelope:
    record = document.take_document("record")
    metadata = document.take_document("metadata")
    envelope = Envelope(
        description=document.take("description", str),
        fields=_fields(record, {}),
        metadata=_fields(metadata, {}),
    )
    for one in (record, metadata, document):
        one.done()
    return envelope


def _fields(schema: Document, shared: Mapping[str, Document]) -> tuple[Field, ...]:
    if schema.take("type", str) != "object":
        raise schema.error("type", "must be object; correct it")
    properties = schema.take_document("properties")
    required = schema.take_texts("required")
    for name in required:
        if name not in properties:
            raise schema.error("required", f"names {name}, which is no property; describe it")
    return tuple(
        _field(name, _resolved(name, properties.take_document(name), shared), name in required)
        for name in properties
    )


def _resolved(name: str, schema: Document, shared: Mapping[str, Document]) -> Document:
    """The schema itself, or the shared one it refers to."""
    if "$ref" not in schema:
        return schema
    reference = schema.take("$ref", str)
    schema.done()
    if reference != f"../_fields.yml#/{name}" or name not in shared:
        raise schema.error("$ref", f"must be ../_fields.yml#/{name}, which must exist; correct it")
    return shared[name]


def _field(name: str, schema: Document, required: bool) -> Field:
    _check_name(schema, "", name, FIELD_NAME)
    field = Field(
        name=name,
        type=_field_type(schema),
        required=required,
        enum=schema.take_texts("enum"),
        default=schema.take("default", str) if "default" in schema else None,
        minimum=schema.take_number("minimum"),
        maximum=schema.take_number("maximum"),
        unit=schema.take("x-unit", str) if "x-unit" in schema else None,
        pii=schema.take_choice("x-pii", PIIS),
        subject=schema.take_choice("x-subject", SUBJECTS) if "x-subject" in schema else None,
        description=schema.take("description", str),
    )
    schema.done()
    _check_field(schema, field)
    return field


def _field_type(schema: Document) -> FieldType:
    name = schema.take("type", str)
    if name == "string" and "format" in schema:
        if schema.take("format", str) != "date-time":
            raise schema.error("format", "must be date-time or absent; correct it")
        return "timestamp"
    choices: dict[str, FieldType] = {
        "string": "string",
        "number": "number",
        "boolean": "boolean",
        "object": "object",
    }
    if name not in choices:
        raise schema.error("type", f"is {name!r}; use one of {', '.join(choices)}")
    return choices[name]


def _check_field(schema: Document, field: Field) -> None:
    for key in ("enum", "default"):
        if key in schema and field.type != "string":
            raise schema.error(key, "is for plain strings; remove it")
    for key in ("minimum", "maximum", "x-unit"):
        if key in schema and field.type != "number":
            raise schema.error(key, "is for numbers; remove it")
    for value in field.enum:
        _check_name(schema, "enum", value, ENUM_VALUE)
    if field.default is not None and field.default not in field.enum:
        raise schema.error("default", "is not one of the enum; add an enum that holds it")
    if field.default is not None and field.required:
        raise schema.error("default", "is never used, the field is required; remove one of the two")


def _check_columns(data: Document, event_type: EventType) -> None:
    columns = [field.column for field in event_type.fields]
    if event_type.extra_column:
        _check_name(data, "x-extra-column", event_type.extra_column, EVENT_NAME)
        columns.append(event_type.extra_column)
    for column in columns:
        if columns.count(column) > 1:
            raise data.error("", f"gives two columns the name {column}; rename one")


def _check_durations(data: Document, event_type: EventType) -> None:
    # The typed view makes an interval of it, and a number too large for one would break the view.
    for field in event_type.fields:
        least = -1 if field.minimum is None else field.minimum
        most = LONGEST_DURATION + 1 if field.maximum is None else field.maximum
        if field.is_duration and not 0 <= least <= most <= LONGEST_DURATION:
            problem = f"is in ms; give it a minimum and a maximum from 0 to {LONGEST_DURATION}"
            raise data.error(f"properties.{field.name}", problem)


def _check_name(document: Document, key: str, name: str, pattern: re.Pattern[str]) -> None:
    if not pattern.fullmatch(name) or len(name) > LONGEST_NAME:
        rule = f"must match {pattern.pattern} and have at most {LONGEST_NAME} letters"
        raise document.error(key, f"holds the name {name!r}, which {rule}; rename it")
