"""Every rule, broken: it fails at its severity, no other does, and good data break none."""

import pytest

from expectations.marts import MART_SUITES
from expectations.metrics import METRIC_SUITES
from expectations.raw import raw_suites
from expectations.rules import Suite
from expectations.validation import Judgement, judge
from loaders.catalogue import load_catalogue
from loaders.settings import Settings
from tests.quality.conftest import Corrupt
from tests.quality.corruptions import CORRUPTIONS, CRITICAL, Corruption

SUITES = {
    suite.name: suite for suite in (*raw_suites(load_catalogue()), *MART_SUITES, *METRIC_SUITES)
}
CASES = [
    pytest.param(SUITES[suite], rule, corruption, id=f"{suite}-{rule}")
    for suite, rules in CORRUPTIONS.items()
    for rule, corruption in rules.items()
]


def failed(judgement: Judgement) -> dict[str, str]:
    """What was measured of the rules that failed, by their names."""
    return {
        outcome.rule.name: f"{outcome.observed}{outcome.note}"
        for outcome in judgement.outcomes
        if not outcome.passed
    }


def severity_of(judgement: Judgement, rule: str) -> str:
    (outcome,) = (one for one in judgement.outcomes if one.rule.name == rule)
    return outcome.rule.severity.value


def test_every_rule_has_its_corruption() -> None:
    rules = {name: {rule.name for rule in suite.rules} for name, suite in SUITES.items()}
    assert {name: set(corruptions) for name, corruptions in CORRUPTIONS.items()} == rules


def test_good_data_break_no_rule(good: Settings) -> None:
    complaints = {one.suite.name: failed(one) for one in judge(SUITES.values(), good)}
    assert {name: rules for name, rules in complaints.items() if rules} == {}


@pytest.mark.parametrize(("suite", "rule", "corruption"), CASES)
def test_a_corruption_fails_its_rule_and_no_other(
    corrupt: Corrupt, suite: Suite, rule: str, corruption: Corruption
) -> None:
    (judgement,) = judge([suite], corrupt(corruption.statement))
    assert failed(judgement).keys() == {rule} | corruption.also
    critical = CRITICAL.get(suite.name, set())
    assert severity_of(judgement, rule) == ("critical" if rule in critical else "warning")


def test_values_beyond_a_double_can_be_judged(corrupt: Corrupt) -> None:
    beyond = "case when hashtext(event_ref) % 2 = 0 then 1e400 else -1e400 end"
    warehouse = corrupt(f"update marts.performance_metrics set metric_value = {beyond}")
    suites = [suite for suite in SUITES.values() if suite.table == "performance_metrics"]
    outcomes = [outcome for one in judge(suites, warehouse) for outcome in one.outcomes]
    assert {outcome.note for outcome in outcomes} == {""}
    assert not all(outcome.passed for outcome in outcomes)
