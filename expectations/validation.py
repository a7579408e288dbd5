"""Suites judged against the warehouse; the one module that touches Great Expectations.

What flows through: suites and settings in, one outcome a rule out. The context is ephemeral:
nothing is written to disk, no password either, and nothing is sent anywhere.
Belongs here: contexts, batches, and the reading of results. Does not belong here: any rule.
Importing it takes seconds. Dagster runs it; alone: `list(validate(MART_SUITES, settings))`.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import great_expectations
from great_expectations import ExpectationSuite, expectations
from great_expectations.core import ExpectationValidationResult
from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
from great_expectations.datasource.fluent.interfaces import GxDatasourceWarning
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.rules import Outcome, Rule, Suite
from loaders.settings import Settings

SAMPLE_SIZE = 5
SAMPLE_WIDTH = 80


def validate(suites: Iterable[Suite], settings: Settings) -> Iterator[Outcome]:
    """Judge suites, one after the other.

    Args:
        suites: What to judge.
        settings: The warehouse.

    Yields:
        One outcome a rule, in the rules' order. A rule that cannot be evaluated has not passed.
    """
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}  # type: ignore[assignment]
    source = _source(context, settings)
    try:
        for suite in suites:
            yield from _judge(suite, source)
    finally:
        source.get_engine().dispose()


def _source(context: EphemeralDataContext, settings: Settings) -> SQLDatasource:
    # Its own PostgreSQL source refuses the address of a Unix socket, and warns of this general one.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GxDatasourceWarning)
        return context.data_sources.add_sql(
            name="warehouse", connection_string=settings.sqlalchemy_url()
        )


def _judge(suite: Suite, source: SQLDatasource) -> Iterator[Outcome]:
    asset = source.add_query_asset(name=suite.name, query=suite.rows)
    batch = asset.add_batch_definition_whole_table("rows").get_batch()
    results = batch.validate(
        ExpectationSuite(suite.name, expectations=[as_expectation(rule) for rule in suite.rules]),
        result_format={"result_format": "BASIC", "partial_unexpected_count": SAMPLE_SIZE},
    )
    by_name = {_name(result): result for result in results.results}
    return (_outcome(rule, by_name[rule.name]) for rule in suite.rules)


def as_expectation(rule: Rule) -> Expectation:
    """Turn a rule into what Great Expectations evaluates.

    Args:
        rule: The rule; its name goes along, to find its result by.
    """
    kind: type[Expectation] = getattr(expectations, rule.expectation)
    return kind(
        **rule.arguments,
        severity=FailureSeverity(rule.severity.value),
        meta={"name": rule.name, "why": rule.why},
    )


def _name(result: ExpectationValidationResult) -> str:
    configuration = result.expectation_config
    return str(configuration.meta["name"]) if configuration and configuration.meta else ""


def _outcome(rule: Rule, result: ExpectationValidationResult) -> Outcome:
    trouble = _trouble(result.exception_info or {})
    if trouble:
        return Outcome(rule, passed=False, note=f"could not be evaluated: {trouble}")
    return Outcome(
        rule,
        passed=bool(result.success),
        observed=_observed(rule, result.result),
        sample=_sample(result.result) if rule.shows_values else (),
    )


def _trouble(exception_info: Mapping[str, Any]) -> str:
    # One expectation may fail in several metrics: then the mapping holds one entry a metric.
    entries = [exception_info, *(v for v in exception_info.values() if isinstance(v, Mapping))]
    for entry in entries:
        if entry.get("raised_exception"):
            return " ".join(str(entry.get("exception_message")).split())[:300]
    return ""


def _observed(rule: Rule, result: Mapping[str, Any]) -> str:
    if result.get("observed_value") is not None:
        return f"{rule.arguments['column']} is {result['observed_value']}"
    rows = result.get("element_count") or 0
    failing = result.get("unexpected_count") or 0
    return f"{failing:,} of {rows:,} rows fail" if rows else "no rows"


def _sample(result: Mapping[str, Any]) -> tuple[str, ...]:
    values = result.get("partial_unexpected_list") or []
    return tuple(dict.fromkeys(str(value)[:SAMPLE_WIDTH] for value in values))
