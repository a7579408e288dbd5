"""The rendered SQL judges events as the catalogue's JSON Schemas do, read by another program.

Events are put into schema raw as they would land; the verdict is that of `int_events_validated`,
built by dbt. The second reading takes the YAML files as they are and asks the jsonschema library.
Whatever is judged valid must also pass the casts of the typed views.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest
import yaml
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from jsonschema import Draft202012Validator, FormatChecker
from psycopg.types.json import Jsonb
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from loaders.catalogue import CATALOGUE_FOLDER
from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess

Event = tuple[str, dict[str, Any]]
Violations = list[dict[str, str]]
Connection = psycopg.Connection[tuple[Any, ...]]

SCHEMAS: dict[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text())["data"] | {"$id": f"/events/{path.name}"}
    for path in sorted((CATALOGUE_FOLDER / "events").glob("*.yml"))
}
SHARED: dict[str, Any] = yaml.safe_load((CATALOGUE_FOLDER / "_fields.yml").read_text())
REGISTRY = Registry().with_resource("/_fields.yml", DRAFT202012.create_resource(SHARED))
# jsonschema's word for what is wrong -> ours; of several about one field the first one counts.
WORDS = {
    "type": "wrong_type",
    "format": "wrong_type",
    "enum": "not_in_enum",
    "minimum": "below_minimum",
    "maximum": "above_maximum",
}
EVENTS_STAND_IN = """
create view marts.events as
select
    event_id as id, event_ref, user_id, user_ref, session_id, session_ref, event_name,
    "timestamp", null::marts.platform_type as platform, data as event_data,
    case when validation_errors is null then 'processed' else 'invalid' end::marts.event_status
        as status
from intermediate.int_events_validated
"""
LAND_LOAD = """
insert into raw.loads (content_sha256, file_name, file_bytes)
values (gen_random_uuid()::text::bytea, 'events', 0) returning load_id
"""
LAND_EVENT = """
insert into raw.events
    (load_id, record_number, event_id, event_name, "timestamp", data, metadata)
values (%s, %s, gen_random_uuid(), %s, now(), %s, '{}')
"""
VERDICTS = """
select validation_errors from intermediate.int_events_validated
where load_id = %s order by record_number
"""


# --- the second reading ---------------------------------------------------------------------------

formats = FormatChecker(formats=())


@formats.checks("date-time", raises=(ValueError, OverflowError))
def is_timestamp(text: object) -> bool:
    """Shape by a loose pattern, calendar and clock by Python's own types."""
    if not isinstance(text, str):
        return True
    digits = r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})"
    match = re.fullmatch(
        rf"{digits}(?:\.[0-9]{{1,30}})?(?:[Zz]|[+-]([0-9]{{2}}):([0-9]{{2}}))", text
    )
    if match is None:
        return False
    *date_and_time, hours, minutes = (int(part or 0) for part in match.groups())
    offset = timedelta(hours=hours, minutes=minutes)
    datetime(*date_and_time, tzinfo=timezone(offset))  # type: ignore[misc, arg-type]
    return minutes < 60 and offset <= timedelta(hours=14)


def second_reading(name: str, data: dict[str, Any]) -> Violations | None:
    if name not in SCHEMAS:
        return [{"field": "eventName", "violation": "unknown"}]
    schema = SCHEMAS[name]
    required = schema.get("required", [])
    present = {
        key: value
        for key, value in data.items()
        if value is not None and not (key in required and value == "")
    }
    found = {key: "missing" for key in required if key not in present}
    checker = Draft202012Validator(schema, registry=REGISTRY, format_checker=formats)
    errors = [one for one in checker.iter_errors(present) if one.validator != "required"]
    for error in sorted(errors, key=lambda one: list(WORDS).index(str(one.validator))):
        found.setdefault(str(error.path[0]), WORDS[str(error.validator)])
    in_order = [key for key in schema["properties"] if key in found]
    return [{"field": f"data.{key}", "violation": found[key]} for key in in_order] or None


# --- the warehouse's reading ----------------------------------------------------------------------


@pytest.fixture
def warehouse(database: Settings, dbt: DbtInProcess) -> Iterator[Connection]:
    """Connection to a database with the validation and, on a stand-in fact, the typed views."""
    dbt.build(database, "--select", "+int_events_validated", "--exclude-resource-type", "test")
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        connection.execute(EVENTS_STAND_IN)
        dbt.build(database, "--select", "path:dbt_project/models/events")
        connection.execute("create table raw.events_any partition of raw.events default")
        yield connection


def first_reading(warehouse: Connection, events: list[Event]) -> list[Violations | None]:
    """Land the events as one load and give the warehouse's verdicts, in their order."""
    (load_id,) = warehouse.execute(LAND_LOAD).fetchone() or ()
    rows = [(load_id, number, name, Jsonb(data)) for number, (name, data) in enumerate(events)]
    with warehouse.cursor() as cursor:
        cursor.executemany(LAND_EVENT, rows)
    return [row[0] for row in warehouse.execute(VERDICTS, [load_id])]


def read_typed_views(warehouse: Connection) -> None:
    for name in SCHEMAS:
        warehouse.execute(f"select typed::text from events.{name} as typed".encode())


# --- events to judge ------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
numbers = (
    st.sampled_from([0, -0.0, -1, 1, 1.5, 10**12, 10**12 + 1, 1e300, -1e300, 5e-324, 10**400])
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
)
simple = st.none() | st.booleans() | numbers | texts
anything = simple | st.lists(simple, max_size=2) | st.dictionaries(texts, simple, max_size=2)
# Mostly what may stand at its place, so that one wrong part is what makes most of them wrong.
timestamps = st.builds(
    "{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}{}{}".format,
    st.sampled_from([1, 4, 1900, 2000, 2023, 2024, 9999, 0]),
    st.sampled_from([1, 2, 2, 2, 4, 12, 6, 11, 0, 13]),
    st.sampled_from([1, 28, 28, 29, 29, 30, 31, 0, 32]),
    st.sampled_from("TTTTTTTTt "),
    st.sampled_from([0, 9, 12, 19, 20, 23, 23, 24]),
    st.sampled_from([0, 1, 30, 59, 59, 60]),
    st.sampled_from([0, 1, 30, 59, 59, 60, 61]),
    st.sampled_from(["", "", ".5", ".999999999", "." + 30 * "9", "." + 31 * "9", "."]),
    st.sampled_from(["Z", "z", "+05:45", "-14:00", "+14:00", "-13:59", "+14:01", "+00:60", ""]),
)


def values(field: dict[str, Any]) -> SearchStrategy[Any]:
    """Values for one field: mostly of its type, some of none."""
    schema = SHARED[field["$ref"].rpartition("/")[2]] if "$ref" in field else field
    if schema.get("format") == "date-time":
        fitting: SearchStrategy[Any] = timestamps
    elif "enum" in schema:
        fitting = st.sampled_from([*schema["enum"], *schema["enum"], "", schema["enum"][0].upper()])
    else:
        fitting = {
            "string": texts,
            "number": numbers,
            "boolean": st.booleans(),
            "object": st.dictionaries(texts, simple, max_size=2),
        }[schema["type"]]
    return fitting | fitting | anything


def events_of(name: str) -> SearchStrategy[Event]:
    fields = {key: values(field) for key, field in SCHEMAS[name]["properties"].items()}
    others = st.dictionaries(texts, simple, max_size=1)
    known = st.fixed_dictionaries({}, optional=fields)
    data = st.builds(lambda extra, expected: extra | expected, others, known)
    return st.tuples(st.just(name), data)


one_event_of_each_type = st.tuples(*(events_of(name) for name in SCHEMAS)).map(list)


# --- verdicts by hand -----------------------------------------------------------------------------

CASES: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("post_like", {"postId": "p"}, {}),
    ("post_like", {"postId": "p", "action": None, "more": {"a": [1]}}, {}),
    ("post_like", {"postId": "p", "postAuthor": ""}, {}),
    ("post_like", {}, {"postId": "missing"}),
    ("post_like", {"postId": None}, {"postId": "missing"}),
    ("post_like", {"postId": ""}, {"postId": "missing"}),
    ("post_like", {"postId": " "}, {}),
    (
        "post_like",
        {"postId": 7, "action": "love"},
        {"postId": "wrong_type", "action": "not_in_enum"},
    ),
    ("post_like", {"postId": "p", "action": "Like"}, {"action": "not_in_enum"}),
    ("post_like", {"postId": "p", "action": ""}, {"action": "not_in_enum"}),
    (
        "post_like",
        {"postId": ["p"], "action": {}},
        {"postId": "wrong_type", "action": "wrong_type"},
    ),
    ("media_view", {"mediaId": "m", "viewDuration": -1}, {"viewDuration": "below_minimum"}),
    ("media_view", {"mediaId": "m", "viewDuration": -1e-9}, {"viewDuration": "below_minimum"}),
    ("media_view", {"mediaId": "m", "viewDuration": 10**12}, {}),
    ("media_view", {"mediaId": "m", "viewDuration": 1e300}, {"viewDuration": "above_maximum"}),
    ("media_view", {"mediaId": "m", "viewDuration": "5"}, {"viewDuration": "wrong_type"}),
    ("media_view", {"mediaId": "m", "viewDuration": True}, {"viewDuration": "wrong_type"}),
    ("media_upload", {"mediaId": "m", "fileSize": 1e300}, {}),
    ("page_view", {"scrollDepth": 1}, {}),
    ("page_view", {"scrollDepth": 1.0000001}, {"scrollDepth": "above_maximum"}),
    ("trending_item_view", {"itemId": "i", "position": -1}, {}),
    ("consent_updated", {"analytics": False}, {}),
    ("consent_updated", {"analytics": "false"}, {"analytics": "wrong_type"}),
    ("consent_updated", {"analytics": None}, {"analytics": "missing"}),
    ("consent_updated", {"analytics": ""}, {"analytics": "missing"}),
    ("session_start", {"deviceInfo": {"model": "x"}}, {}),
    ("session_start", {"deviceInfo": "x"}, {"deviceInfo": "wrong_type"}),
    ("post_created", {"postId": "p", "creationTime": "2024-02-29T00:00:00Z"}, {}),
    ("post_created", {"postId": "p", "creationTime": "0001-01-01T00:00:00+14:00"}, {}),
    ("post_created", {"postId": "p", "creationTime": "9999-12-31T23:59:59-14:00"}, {}),
    *(
        ("post_created", {"postId": "p", "creationTime": text}, {"creationTime": "wrong_type"})
        for text in (
            "2023-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2024-04-31T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T23:59:60Z",
            "2024-01-01T00:00:00",
            "2024-01-01 00:00:00Z",
            "2024-01-01T00:00:00Z\n",
            "2024-01-01T00:00:00+14:30",
            "0000-01-01T00:00:00Z",
            "٢٠٢٤-01-01T00:00:00Z",
            "now",
            "",
            1704067200,
        )
    ),
]


# --- the tests ------------------------------------------------------------------------------------


def test_the_second_reading_is_right_by_hand() -> None:
    for name, data, violations in CASES:
        expected = [{"field": f"data.{key}", "violation": word} for key, word in violations.items()]
        assert second_reading(name, data) == (expected or None), (name, data)


def test_sql_and_json_schema_agree_and_what_is_valid_can_be_cast(warehouse: Connection) -> None:
    # The first counterexample is as good as the smallest; shrinking thirty events takes minutes.
    @settings(phases=(Phase.explicit, Phase.reuse, Phase.generate))
    @example([(name, {}) for name in [*SCHEMAS, "post_unheard_of", ""]])
    @example([(name, data) for name, data, _ in CASES])
    @given(one_event_of_each_type)
    def agree(events: list[Event]) -> None:
        verdicts = zip(events, first_reading(warehouse, events), strict=True)
        readings = [(event, verdict, second_reading(*event)) for event, verdict in verdicts]
        assert not [one for one in readings if one[1] != one[2]]

    agree()
    read_typed_views(warehouse)
