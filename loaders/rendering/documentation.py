"""The dbt descriptions that follow from the catalogue, as YAML.

Belongs here: what a reader of a rendered relation is told about it and its columns, personal data
included. Does not belong here: the relations themselves (`sql`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from loaders.catalogue import Envelope, EventType, Field
from loaders.catalogue.model import Pii, Subject
from loaders.rendering.sql import data_column

Column = dict[str, Any]

# Keeps every line within 88 columns: the longest word comes on top, and key and indent.
LINE_BREAK_AFTER = 72
LONGEST_PLAIN_TEXT = 51
TYPES = {
    "string": "text",
    "number": "numeric",
    "boolean": "boolean",
    "object": "jsonb",
    "timestamp": "timestamptz",
}


class _TidyDumper(yaml.SafeDumper):
    """Writes what a person would: lists indented below their key, long texts folded."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)

    def represent_str(self, data: str) -> yaml.ScalarNode:
        style = ">" if len(data) > LONGEST_PLAIN_TEXT else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_TidyDumper.add_representer(str, _TidyDumper.represent_str)


def typed_view_documentation(event_type: EventType, envelope: Envelope) -> str:
    """Describe the typed view of one event type.

    Args:
        event_type: The type.
        envelope: The record around its data.

    Returns:
        The model's YAML.
    """
    columns = [*_event_columns(envelope), *(_data_column(one) for one in event_type.fields)]
    if event_type.extra_column:
        told = "Whatever else the event's data carries, by its name in the source."
        # of what nobody foresaw, anything may be
        columns.append(_column(event_type.extra_column, "jsonb", told, "direct"))
    grain = f"One row per processed `{event_type.name}` event."
    model = {
        "name": event_type.name,
        "description": f"{grain} {event_type.description}",
        "config": {"meta": {"owner": event_type.owner}},
        "columns": columns,
    }
    return yaml.dump(
        {"models": [model]},
        Dumper=_TidyDumper,
        sort_keys=False,
        allow_unicode=True,
        width=LINE_BREAK_AFTER,
    )


def _event_columns(envelope: Envelope) -> Iterator[Column]:
    known = {field.name: field for field in envelope.fields}
    platform = next(field for field in envelope.metadata if field.name == "platform")
    user, session = known["userId"], known["sessionId"]
    yield _column("id", "uuid", "The event's key; `event_ref` where that is a UUID.")
    yield _field_column("event_ref", known["eventId"])
    yield _column("user_id", "uuid", "The acting user's key.", user.pii, user.subject)
    yield _field_column("user_ref", user)
    yield _column("session_id", "uuid", "The session's key.", session.pii)
    yield _field_column("session_ref", session)
    yield _field_column("timestamp", known["timestamp"])
    yield _column("platform", "marts.platform_type", platform.description, platform.pii)


def _data_column(field: Field) -> Column:
    told = field.description
    if field.enum:
        told += f" One of {', '.join(field.enum)}."
    if field.default is not None:
        told += f" Where absent, {field.default}."
    if field.is_duration:
        told += " Here an interval."
    kind = "interval" if field.is_duration else TYPES[field.type]
    return _column(data_column(field), kind, told, field.pii, field.subject)


def _field_column(name: str, field: Field) -> Column:
    return _column(name, TYPES[field.type], field.description, field.pii, field.subject)


def _column(
    name: str, kind: str, description: str, pii: Pii = "none", subject: Subject | None = None
) -> Column:
    marks = {"pii": pii} | ({"subject": subject} if subject else {})
    return {
        "name": name,
        "data_type": kind,
        "description": description,
        "config": {"meta": marks},
    }
