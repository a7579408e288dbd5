"""The suites as texts: named, graded, reasoned, and understood by Great Expectations."""

import re
from collections import Counter

import pytest

from expectations.marts import MART_SUITES
from expectations.raw import raw_suites
from expectations.rules import Rule, Severity, Suite
from expectations.validation import as_expectation
from loaders.catalogue import load_catalogue

CATALOGUE = load_catalogue()
RAW_SUITES = raw_suites(CATALOGUE)
SUITES = [*RAW_SUITES, *MART_SUITES]
RULES = [
    pytest.param(rule, id=f"{suite.name}-{rule.name}") for suite in SUITES for rule in suite.rules
]
# Columns whose values are codes; all others may point to a person.
CODES = {"event_name", "status"}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_graded_reasoned_and_understood(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", rule.name)
    assert rule.severity in Severity
    assert len(rule.why) > 40
    assert rule.why.endswith((".", "!"))
    assert not rule.shows_values or rule.arguments["column"] in CODES
    expectation = as_expectation(rule)
    assert expectation.meta == {"name": rule.name, "why": rule.why}
    assert expectation.severity == rule.severity.value


def test_names_are_unique_on_every_table() -> None:
    names = Counter(
        (suite.schema, suite.table, rule.name) for suite in SUITES for rule in suite.rules
    )
    assert [name for name, count in names.items() if count > 1] == []
    assert len({suite.name for suite in SUITES}) == len(SUITES)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_every_suite_stops_for_something_and_warns_of_something(suite: Suite) -> None:
    assert {rule.severity for rule in suite.rules} == set(Severity)


def test_every_published_mart_of_the_first_models_has_a_suite() -> None:
    assert {suite.table for suite in MART_SUITES} == {
        "events",
        "users",
        "user_sessions",
        "user_interactions_daily",
    }


def test_the_gate_follows_from_the_catalogue() -> None:
    rules = {rule.name: rule for suite in RAW_SUITES for rule in suite.rules}
    known = {event_type.name for event_type in CATALOGUE.event_types}
    assert set(rules["event_name_is_known"].arguments["value_set"]) == known
    required = {field.column for field in CATALOGUE.envelope.fields if field.required}
    assert {f"{column}_is_present" for column in required} <= rules.keys()
    assert "event_id" in required
