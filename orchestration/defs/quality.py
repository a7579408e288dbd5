"""Checks of Great Expectations: the gate on what landed, the look at what is published, Data Docs.

What flows through: suites in; asset checks, one a rule, and a static site of pages out. Critical
rules block: those of the gate keep models from being built, those on what is published, which is
built by then and cannot be taken back, fail the run and keep what follows it in the job from
passing the numbers on. Warnings only report.
Belongs here: suites as asset checks and as an asset. Does not belong here: any rule, any Great
Expectations.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg
from dagster import (
    AssetCheckEvaluation,
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    MaterializeResult,
    MetadataValue,
    asset,
    multi_asset_check,
)

from expectations.marts import MART_SUITES
from expectations.metrics import METRIC_SUITES
from expectations.raw import raw_suites
from expectations.rules import Outcome, Severity, Suite
from loaders.catalogue import load_catalogue
from loaders.roles import Role
from loaders.settings import Settings
from orchestration.defs.policies import OWNER
from orchestration.defs.resources import Warehouse
from orchestration.state import data_docs_folder

RAW_SUITES = raw_suites(load_catalogue())
PUBLISHED_SUITES = (*MART_SUITES, *METRIC_SUITES)
DATA_DOCS = AssetKey(["quality", "data_docs"])


def _key(suite: Suite) -> AssetKey:
    return AssetKey([suite.schema, suite.table])


def _specs(suites: Iterable[Suite]) -> list[AssetCheckSpec]:
    return [
        AssetCheckSpec(
            rule.name,
            asset=_key(suite),
            description=rule.why,
            blocking=rule.severity is Severity.CRITICAL,
            metadata={"severity": rule.severity.value, "suite": suite.name},
        )
        for suite in suites
        for rule in suite.rules
    ]


@multi_asset_check(name="gate", specs=_specs(RAW_SUITES))
def gate(warehouse: Warehouse) -> Iterator[AssetCheckResult]:
    """Judge what landed in the last day, before anything is built."""
    yield from _results(RAW_SUITES, warehouse.ready().as_role(Role.VALIDATOR))


@multi_asset_check(name="publication", specs=_specs(PUBLISHED_SUITES), can_subset=True)
def publication(
    context: AssetCheckExecutionContext, warehouse: Warehouse
) -> Iterator[AssetCheckResult]:
    """Judge the marts and metrics that this run selected, after they are built."""
    selected = context.selected_asset_check_keys
    wanted = {(key.asset_key, key.name) for key in selected}
    suites = [suite for suite in PUBLISHED_SUITES if any(key == _key(suite) for key, _ in wanted)]
    for result in _results(suites, warehouse.ready().as_role(Role.VALIDATOR)):
        if (result.asset_key, result.check_name) in wanted:
            yield result


CRITICAL_RULES_HOLD = AssetCheckSpec(
    "critical_rules_hold",
    asset=DATA_DOCS,
    description="No critical rule of any suite fails; what reads this asset may be passed on.",
    blocking=True,
)


@asset(
    key=DATA_DOCS,
    deps=sorted({_key(suite) for suite in PUBLISHED_SUITES}),
    check_specs=[CRITICAL_RULES_HOLD],
    description="Data Docs: what a pass over all suites found, as pages that load nothing from"
    " elsewhere. The pass also tells every rule's own check.",
    group_name="quality",
    owners=[OWNER],
    kinds={"python", "html"},
)
def data_docs(
    context: AssetExecutionContext, warehouse: Warehouse
) -> Iterator[MaterializeResult[None] | AssetCheckResult]:
    """Judge everything there is, and write the pages whatever fails."""
    from expectations.docs import build  # noqa: PLC0415 - takes seconds
    from expectations.validation import judge  # noqa: PLC0415

    settings = warehouse.ready().as_role(Role.VALIDATOR)
    suites = () if _nothing_has_landed(settings) else (*RAW_SUITES, *PUBLISHED_SUITES)
    judgements = list(judge(suites, settings))
    index = build(judgements, data_docs_folder(settings))
    outcomes = [(one.suite, outcome) for one in judgements for outcome in one.outcomes]
    for suite, outcome in outcomes:
        # An event needs no spec in the step that tells it.
        context.log_event(AssetCheckEvaluation(**_told(suite, outcome, settings)))
    failed = [outcome.rule for _, outcome in outcomes if not outcome.passed]
    critical = [rule.name for rule in failed if rule.severity is Severity.CRITICAL]
    yield MaterializeResult(
        metadata={
            "site": MetadataValue.url(index.as_uri()),
            "rules": len(outcomes),
            "failed": len(failed),
        }
    )
    yield AssetCheckResult(
        check_name=CRITICAL_RULES_HOLD.name,
        passed=not critical,
        metadata={"observed": ", ".join(critical)} if critical else {},
    )


def _results(suites: Sequence[Suite], settings: Settings) -> Iterator[AssetCheckResult]:
    for suite, outcome in _outcomes(suites, settings):
        yield AssetCheckResult(**_told(suite, outcome, settings))


def _outcomes(suites: Sequence[Suite], settings: Settings) -> Iterator[tuple[Suite, Outcome]]:
    if _nothing_has_landed(settings):
        for suite in suites:
            for rule in suite.rules:
                yield suite, Outcome(rule, passed=True, note="nothing has landed yet")
        return
    # Importing Great Expectations takes seconds, so only a run that judges something does it.
    from expectations.validation import judge  # noqa: PLC0415

    for judgement in judge(suites, settings):
        yield from ((judgement.suite, outcome) for outcome in judgement.outcomes)


def _nothing_has_landed(settings: Settings) -> bool:
    with psycopg.connect(settings.conninfo()) as connection:
        return connection.execute("select from raw.loads limit 1").fetchone() is None


def _told(suite: Suite, outcome: Outcome, settings: Settings) -> dict[str, Any]:
    """Spell an outcome for a result of a check, or for an event that is as good."""
    rule = outcome.rule
    warns = rule.severity is Severity.WARNING
    texts = {
        "why": rule.why,
        "observed": outcome.observed,
        "sample": "; ".join(outcome.sample),
        "note": outcome.note,
    }
    page = data_docs_folder(settings) / suite.page
    # The page is of the last full pass, which may be older than this outcome.
    link = {"data_docs": MetadataValue.url(page.as_uri())} if page.exists() else {}
    return {
        "asset_key": _key(suite),
        "check_name": rule.name,
        "passed": outcome.passed,
        "severity": AssetCheckSeverity.WARN if warns else AssetCheckSeverity.ERROR,
        "metadata": {name: text for name, text in texts.items() if text} | link,
    }
