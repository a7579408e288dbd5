"""The catalogue's reading: what it understands, and that it refuses everything else."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from loaders.catalogue import CATALOGUE_FOLDER, Field, load_catalogue
from loaders.errors import CatalogueError

EVENT = """\
event: wave_sent
description: A user waves at another.
category: user_action
interaction: true
owner: community
data:
  type: object
  required: [targetUserId]
  properties:
    targetUserId:
      description: The user waved at.
      type: string
      x-pii: indirect
    waveDuration:
      description: How long, in milliseconds.
      type: number
      minimum: 0
      maximum: 60000
      x-unit: ms
      x-pii: none
    hand:
      description: Which hand.
      type: string
      enum: [left, right]
      default: right
      x-pii: none
    postId: {$ref: ../_fields.yml#/postId}
    wavedAt:
      description: When, by the device.
      type: string
      format: date-time
      x-pii: none
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalogue of the project's shared files and one event type of its own."""
    for name in ("_fields.yml", "_envelope.yml"):
        shutil.copy(CATALOGUE_FOLDER / name, tmp_path)
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "wave_sent.yml").write_text(EVENT)
    return tmp_path


@pytest.fixture
def edited(folder: Path) -> Callable[[str, str], Path]:
    """Replace a part of the event file; an empty old part appends."""

    def edit(old: str, new: str) -> Path:
        assert old in EVENT
        content = EVENT.replace(old, new, 1) if old else EVENT + new
        (folder / "events" / "wave_sent.yml").write_text(content)
        return folder

    return edit


def test_an_event_type_is_read_whole(folder: Path) -> None:
    (event_type,) = load_catalogue(folder).event_types
    assert event_type.name == "wave_sent"
    assert event_type.category == "user_action"
    assert event_type.interaction is True
    assert event_type.owner == "community"
    assert event_type.extra_column is None
    assert [(one.name, one.type, one.required) for one in event_type.fields] == [
        ("targetUserId", "string", True),
        ("waveDuration", "number", False),
        ("hand", "string", False),
        ("postId", "string", False),
        ("wavedAt", "timestamp", False),
    ]
    assert event_type.fields[1] == Field(
        name="waveDuration",
        type="number",
        required=False,
        enum=(),
        default=None,
        minimum=0,
        maximum=60000,
        unit="ms",
        pii="none",
        subject=None,
        description="How long, in milliseconds.",
    )
    assert event_type.fields[2].enum == ("left", "right")
    assert event_type.fields[2].default == "right"


def test_the_envelope_says_what_is_personal(folder: Path) -> None:
    envelope = load_catalogue(folder).envelope
    required = [field.name for field in envelope.fields if field.required]
    pii = {field.name: field.pii for field in envelope.metadata}
    assert required == ["eventId", "eventName", "timestamp"]
    assert (pii["ipAddress"], pii["userAgent"], pii["browser"]) == ("direct", "indirect", "none")


@pytest.mark.parametrize(
    ("name", "column"),
    [("postId", "post_id"), ("query", "query"), ("parentCommentId", "parent_comment_id")],
)
def test_a_column_is_named_in_snake_case(name: str, column: str) -> None:
    field = Field(name, "string", False, (), None, None, None, None, "none", None, "A field.")
    assert field.column == column


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("", "colour: red\n", "colour"),
        ("owner: community\n", "", "owner"),
        ("owner: community", "owner: 7", "owner"),
        ("description: A user waves at another.", "description: ''", "description"),
        ("interaction: true", "interaction: maybe", "interaction"),
        ("category: user_action", "category: gesture", "category"),
        ("event: wave_sent", "event: wave", "event"),
        ("event: wave_sent", "event: Wave-Sent", "event"),
        ("type: object", "type: array", "data.type"),
        ("  required: [targetUserId]", "  required: [nobody]", "data.required"),
        ("  required: [targetUserId]", "  required: []", "data.required"),
        ("required: [targetUserId]", "required: [hand, targetUserId]", "hand.default"),
        ("      description: Which hand.\n", "", "hand.description"),
        ("      description: Which hand.\n", "      title: Hand\n", "hand.description"),
        ("      enum: [left", "      pattern: l\n      enum: [left", "hand.pattern"),
        ("x-pii: indirect", "x-pii: maybe", "targetUserId.x-pii"),
        ("x-pii: indirect", "x-pii: indirect\n      x-subject: pet", "targetUserId.x-subject"),
        ("type: number", "type: integer", "waveDuration.type"),
        ("minimum: 0", "minimum: '0'", "waveDuration.minimum"),
        ("minimum: 0", "minimum: true", "waveDuration.minimum"),
        ("minimum: 0", "minimum: -1", "waveDuration"),
        ("maximum: 60000", "maximum: 2000000000000", "waveDuration"),
        ("      maximum: 60000\n", "", "waveDuration"),
        ("enum: [left, right]", "enum: [right, right]", "hand.enum"),
        ("enum: [left, right]", "enum: [yes, right]", "hand.enum"),
        ("enum: [left, right]", 'enum: ["it\'s", right]', "hand.enum"),
        ("default: right", "default: both", "hand.default"),
        ("format: date-time", "format: date", "wavedAt.format"),
        ("format: date-time", "format: date-time\n      enum: [now]", "wavedAt.enum"),
        ("    hand:", "    Left Hand:", "Left Hand"),
        ("    wavedAt:", "    wave_duration:", "wave_duration"),
        ("#/postId", "#/postAuthor", "postId.$ref"),
        ("#/postId}", "#/postId, type: string}", "postId.type"),
        ("  type: object", "  x-extra-column: hand\n  type: object", "data"),
        ("  type: object", "  additionalProperties: false\n  type: object", "additionalProp"),
        ("owner: community", "owner: community\nowner: growth", "owner"),
        ("data:\n", "data: [\n", "wave_sent.yml"),
        (EVENT, "just text", "wave_sent.yml"),
    ],
)
def test_a_wrong_file_is_refused_by_file_and_key(
    edited: Callable[[str, str], Path], old: str, new: str, key: str
) -> None:
    with pytest.raises(CatalogueError) as refusal:
        load_catalogue(edited(old, new))
    assert str(refusal.value).startswith("wave_sent.yml: ")
    assert key in str(refusal.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "_envelope.yml").unlink()
    with pytest.raises(CatalogueError, match=r"^_envelope\.yml: "):
        load_catalogue(folder)


def test_a_wrong_shared_field_is_refused_even_if_unused(folder: Path) -> None:
    fields = folder / "_fields.yml"
    fields.write_text(fields.read_text() + "\nnewId:\n  type: string\n  x-pii: none\n")
    with pytest.raises(CatalogueError, match=r"^_fields\.yml: newId\.description "):
        load_catalogue(folder)
