"""The suites as texts: named, graded, reasoned, and understood by Great Expectations."""

import re
from collections import Counter

import pytest
import yaml

from expectations.marts import MART_SUITES
from expectations.metrics import METRIC_SUITES
from expectations.raw import raw_suites
from expectations.rules import SHOWABLE, Rule, Severity, Suite, critical
from expectations.validation import as_expectation
from loaders.catalogue import load_catalogue
from loaders.settings import PROJECT_ROOT

CATALOGUE = load_catalogue()
RAW_SUITES = raw_suites(CATALOGUE)
SUITES = [*RAW_SUITES, *MART_SUITES, *METRIC_SUITES]
RULES = [
    pytest.param(rule, id=f"{suite.name}-{rule.name}") for suite in SUITES for rule in suite.rules
]
MART_FILES = sorted((PROJECT_ROOT / "dbt_project/models/marts").glob("*/*.yml"))


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_graded_reasoned_and_understood(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", rule.name)
    assert rule.severity in Severity
    assert len(rule.why) > 40
    assert rule.why.endswith((".", "!"))
    expectation = as_expectation(rule)
    assert expectation.meta == {"name": rule.name, "why": rule.why}
    assert expectation.severity == rule.severity.value


def test_names_are_unique_on_every_table() -> None:
    names = Counter(
        (suite.schema, suite.table, rule.name) for suite in SUITES for rule in suite.rules
    )
    assert [name for name, count in names.items() if count > 1] == []
    assert len({suite.name for suite in SUITES}) == len(SUITES)


@pytest.mark.parametrize("suites", [RAW_SUITES, MART_SUITES], ids=["raw", "marts"])
def test_each_gate_stops_for_something_and_warns_of_something(suites: tuple[Suite, ...]) -> None:
    assert {rule.severity for suite in suites for rule in suite.rules} == set(Severity)


def test_every_published_mart_has_a_suite() -> None:
    assert {suite.table for suite in MART_SUITES} == {path.stem for path in MART_FILES}


def test_the_gate_follows_from_the_catalogue() -> None:
    rules = {rule.name: rule for suite in RAW_SUITES for rule in suite.rules}
    known = {event_type.name for event_type in CATALOGUE.event_types}
    assert set(rules["event_name_is_known"].arguments["value_set"]) == known
    required = {field.column for field in CATALOGUE.envelope.fields if field.required}
    assert {f"{column}_is_present" for column in required} <= rules.keys()
    assert "event_id" in required


# --- what a sample of failing rows may show -----------------------------------------------------


def test_a_suite_cannot_show_what_may_name_a_person() -> None:
    rule = critical("any", "why", "ExpectColumnValuesToNotBeNull", column="email")
    with pytest.raises(ValueError, match="users would show email, user_ref"):
        Suite("users", "marts", "users", "select 1", (rule,), shows=("id", "user_ref", "email"))


def test_no_showable_column_is_personal_free_text_or_a_source_id() -> None:
    columns = [
        column
        for path in MART_FILES
        for model in yaml.safe_load(path.read_text())["models"]
        for column in model["columns"]
    ]
    # the id of a row, a person's too, is what a failing row is found by
    personal = {
        column["name"] for column in columns if column["config"]["meta"]["pii"] != "none"
    } - {"id"}
    assert {"email", "username", "ip_address", "error_message"} <= personal
    assert not SHOWABLE & personal
    assert not [name for name in SHOWABLE if name.endswith("_ref") or name in ("user_id", "url")]
    fields = {field.column for field in (*CATALOGUE.envelope.fields, *CATALOGUE.envelope.metadata)}
    assert SHOWABLE & fields == {"event_name"}
    said = {
        field.column
        for event_type in CATALOGUE.event_types
        for field in event_type.fields
        if field.pii != "none"
    }
    assert not SHOWABLE & said


def test_what_is_showable_is_shown() -> None:
    assert {column for suite in SUITES for column in suite.shows} == SHOWABLE
