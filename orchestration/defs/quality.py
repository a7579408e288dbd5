"""Checks of Great Expectations: the gate on what landed, and the look at what is published.

What flows through: suites in, asset checks out, one a rule. Critical rules of the gate block: when
one fails, no model is built. Rules on marts never block, since what they look at is built already.
Belongs here: suites as asset checks. Does not belong here: any rule, any Great Expectations.
"""

from collections.abc import Iterable, Iterator, Sequence

import psycopg
from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    multi_asset_check,
)

from expectations.marts import MART_SUITES
from expectations.raw import raw_suites
from expectations.rules import Outcome, Rule, Severity, Suite
from loaders.catalogue import load_catalogue
from loaders.settings import Settings
from orchestration.defs.resources import Warehouse

RAW_SUITES = raw_suites(load_catalogue())


def _key(suite: Suite) -> AssetKey:
    return AssetKey([suite.schema, suite.table])


def _specs(suites: Iterable[Suite], *, gate: bool) -> list[AssetCheckSpec]:
    return [
        AssetCheckSpec(
            rule.name,
            asset=_key(suite),
            description=rule.why,
            blocking=gate and rule.severity is Severity.CRITICAL,
            metadata={"severity": rule.severity.value, "suite": suite.name},
        )
        for suite in suites
        for rule in suite.rules
    ]


@multi_asset_check(name="gate", specs=_specs(RAW_SUITES, gate=True))
def gate(warehouse: Warehouse) -> Iterator[AssetCheckResult]:
    """Judge what landed in the last day, before anything is built."""
    yield from _results(RAW_SUITES, warehouse.ready())


@multi_asset_check(name="publication", specs=_specs(MART_SUITES, gate=False), can_subset=True)
def publication(
    context: AssetCheckExecutionContext, warehouse: Warehouse
) -> Iterator[AssetCheckResult]:
    """Judge the marts that this run selected, after they are built."""
    selected = context.selected_asset_check_keys
    wanted = {(key.asset_key, key.name) for key in selected}
    suites = [suite for suite in MART_SUITES if any(key == _key(suite) for key, _ in wanted)]
    for result in _results(suites, warehouse.ready()):
        if (result.asset_key, result.check_name) in wanted:
            yield result


def _results(suites: Sequence[Suite], settings: Settings) -> Iterator[AssetCheckResult]:
    keys = [_key(suite) for suite in suites for _ in suite.rules]
    for key, outcome in zip(keys, _outcomes(suites, settings), strict=True):
        yield _result(key, outcome)


def _outcomes(suites: Sequence[Suite], settings: Settings) -> Iterable[Outcome]:
    if _nothing_has_landed(settings):
        note = "nothing has landed yet"
        return [Outcome(rule, passed=True, note=note) for suite in suites for rule in suite.rules]
    # Importing Great Expectations takes seconds, so only a run that judges something does it.
    from expectations.validation import validate  # noqa: PLC0415

    return validate(suites, settings)


def _nothing_has_landed(settings: Settings) -> bool:
    with psycopg.connect(settings.conninfo()) as connection:
        return connection.execute("select from raw.loads limit 1").fetchone() is None


def _result(key: AssetKey, outcome: Outcome) -> AssetCheckResult:
    rule: Rule = outcome.rule
    warns = rule.severity is Severity.WARNING
    metadata = {
        "why": rule.why,
        "observed": outcome.observed,
        "sample": ", ".join(outcome.sample),
        "note": outcome.note,
    }
    return AssetCheckResult(
        asset_key=key,
        check_name=rule.name,
        passed=outcome.passed,
        severity=AssetCheckSeverity.WARN if warns else AssetCheckSeverity.ERROR,
        metadata={name: text for name, text in metadata.items() if text},
    )
