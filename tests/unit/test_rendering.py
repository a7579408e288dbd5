"""What the renderer writes for a field of each kind, and how it compares with the disk."""

from pathlib import Path

import pytest
import yaml

from loaders import rendering
from loaders.catalogue import Catalogue, Envelope, EventType, Field, load_catalogue


def field(name: str, kind: str = "string", **other: object) -> Field:
    plain: dict[str, object] = {
        "required": False,
        "enum": (),
        "default": None,
        "minimum": None,
        "maximum": None,
        "unit": None,
        "pii": "none",
        "subject": None,
        "description": "A field.",
    }
    return Field(name=name, type=kind, **(plain | other))  # type: ignore[arg-type]


def event_type(*fields: Field, extra_column: str | None = None) -> EventType:
    return EventType(
        name="wave_sent",
        description="A user waves.",
        category="user_action",
        interaction=True,
        owner="community",
        fields=fields,
        extra_column=extra_column,
    )


@pytest.fixture(scope="module")
def envelope() -> Envelope:
    return load_catalogue().envelope


def files(envelope: Envelope, *fields: Field, extra_column: str | None = None) -> dict[str, str]:
    wave = event_type(*fields, extra_column=extra_column)
    return rendering.render(Catalogue((wave,), envelope))


@pytest.mark.parametrize(
    ("one", "line"),
    [
        (field("hand"), "{{ violation_string('hand') }}"),
        (field("hand", required=True), "{{ violation_string('hand', required=true) }}"),
        (field("hand", enum=("l", "r")), "{{ violation_string('hand', allowed=['l', 'r']) }}"),
        (
            field("size", "number", minimum=0, maximum=10**12),
            "{{ violation_number('size', minimum=0, maximum=1e12) }}",
        ),
        (
            field("size", "number", minimum=-0.5, maximum=1050000),
            "{{ violation_number('size', minimum=-0.5, maximum=1050000) }}",
        ),
        (field("isWarm", "boolean"), "{{ violation_boolean('isWarm') }}"),
        (field("place", "object"), "{{ violation_object('place') }}"),
        (field("wavedAt", "timestamp"), "{{ violation_timestamp('wavedAt') }}"),
    ],
)
def test_a_field_is_one_test_in_sql(envelope: Envelope, one: Field, line: str) -> None:
    lines = files(envelope, one)[rendering.VALIDATION].splitlines()
    assert line in {text.strip() for text in lines}


@pytest.mark.parametrize(
    ("one", "column"),
    [
        (field("userName"), "event_data ->> 'userName' as user_name"),
        (
            field("hand", enum=("l", "r"), default="r"),
            "coalesce(event_data ->> 'hand', 'r') as hand",
        ),
        (field("size", "number"), "(event_data ->> 'size')::numeric as size"),
        (field("isWarm", "boolean"), "(event_data ->> 'isWarm')::boolean as is_warm"),
        (field("place", "object"), "nullif(event_data -> 'place', 'null') as place"),
        (field("wavedAt", "timestamp"), "(event_data ->> 'wavedAt')::timestamptz as waved_at"),
        (
            field("held", "number", unit="ms", minimum=0, maximum=9),
            "{{ interval_of_milliseconds(\"event_data ->> 'held'\") }} as held",
        ),
        (field("platform"), "event_data ->> 'platform' as data_platform"),
    ],
)
def test_a_field_is_one_typed_column(envelope: Envelope, one: Field, column: str) -> None:
    view = files(envelope, one)["dbt_project/models/events/wave_sent.sql"]
    assert f"    {column}\nfrom {{{{ ref('events') }}}}\n" in view


def test_other_keys_become_a_column_where_the_event_type_asks(envelope: Envelope) -> None:
    view = files(envelope, field("hand"), extra_column="details")
    column = "event_data - array['hand']::text[] as details"
    assert column in view["dbt_project/models/events/wave_sent.sql"]


def test_an_event_type_without_fields_is_rendered(envelope: Envelope) -> None:
    assert "then array[]::jsonb[]\n" in files(envelope)[rendering.VALIDATION]


def test_lines_keep_within_the_limit(envelope: Envelope) -> None:
    long = field("anUnusuallyLongFieldName", enum=("first_value", "second_value", "third_value"))
    held = field("anUnusuallyLongDurationName", "number", unit="ms", minimum=0, maximum=10**12)
    rendered = files(envelope, long, held)
    too_long = [
        line
        for path, content in rendered.items()
        for line in content.splitlines()
        if len(line) > 88 and path.endswith((".sql", ".yml"))
    ]
    assert not too_long


def test_the_documentation_says_what_the_catalogue_says(envelope: Envelope) -> None:
    fields = (
        field("hand", enum=("l", "r"), default="r", description="Which hand."),
        field("held", "number", unit="ms", minimum=0, maximum=9, pii="indirect", subject="user"),
    )
    content = files(envelope, *fields)["dbt_project/models/events/wave_sent.yml"]
    (model,) = yaml.safe_load(content)["models"]
    assert model["description"] == "One row per processed `wave_sent` event. A user waves."
    assert model["config"] == {"meta": {"owner": "community"}}
    assert model["columns"][-2:] == [
        {
            "name": "hand",
            "data_type": "text",
            "description": "Which hand. One of l, r. Where absent, r.",
            "config": {"meta": {"pii": "none"}},
        },
        {
            "name": "held",
            "data_type": "interval",
            "description": "A field. Here an interval.",
            "config": {"meta": {"pii": "indirect", "subject": "user"}},
        },
    ]


def test_the_seed_lists_every_event_type(envelope: Envelope) -> None:
    assert files(envelope)["dbt_project/seeds/event_types.csv"] == (
        "event_name,event_category,is_interaction,description\n"
        "wave_sent,user_action,true,A user waves.\n"
    )


def test_writing_makes_the_check_pass_and_names_what_it_touched(tmp_path: Path) -> None:
    every = rendering.check(tmp_path)
    assert rendering.write(tmp_path) == every
    assert rendering.check(tmp_path) == []
    assert rendering.write(tmp_path) == []


def test_an_edited_and_an_orphaned_file_are_drift_and_a_foreign_one_is_not(tmp_path: Path) -> None:
    rendering.write(tmp_path)
    views = tmp_path / rendering.VIEWS
    (views / "post_like.sql").write_text("select 1")
    (views / "post_unheard.sql").write_text((views / "post_save.sql").read_text())
    (views / "by_hand.sql").write_text("select 1")
    expected = [f"{rendering.VIEWS}/post_like.sql", f"{rendering.VIEWS}/post_unheard.sql"]
    assert rendering.check(tmp_path) == expected
    assert rendering.write(tmp_path) == expected
    assert rendering.check(tmp_path) == []
    assert (views / "by_hand.sql").exists()
