"""Suites judged against the warehouse: where rules become Great Expectations' own.

What flows through: suites and settings in, one judgement a suite out. The context is ephemeral:
nothing is written to disk, no password either, and nothing is sent anywhere. A suite's rows are
selected once, into a temporary table, and failing values stay in the database: what comes back of
a failing row is what its suite shows.
Belongs here: contexts, batches, and the reading of results. Does not belong here: any rule, pages.
Importing it takes seconds. Dagster runs it; alone: `list(judge(MART_SUITES, settings))`.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import great_expectations
from great_expectations import ExpectationSuite, ValidationDefinition, expectations
from great_expectations.core import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
from great_expectations.datasource.fluent.interfaces import GxDatasourceWarning
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity
from sqlalchemy.exc import DataError, ProgrammingError

from expectations.rules import Outcome, Rule, Suite
from loaders.settings import Settings

SAMPLE_SIZE = 5
SAMPLE_WIDTH = 80


@dataclass(frozen=True)
class Judgement:
    """What became of one suite.

    Attributes:
        suite: The suite.
        outcomes: One a rule, in the rules' order.
        results: The same as Great Expectations has it, without any failing value; None where the
            rows could not be selected.
    """

    suite: Suite
    outcomes: tuple[Outcome, ...]
    results: ExpectationSuiteValidationResult | None


def judge(suites: Iterable[Suite], settings: Settings) -> Iterator[Judgement]:
    """Judge suites, one after the other.

    Args:
        suites: What to judge.
        settings: The warehouse.

    Yields:
        One judgement a suite. A rule that cannot be evaluated has not passed.
    """
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}  # type: ignore[assignment]
    source = _source(context, settings)
    try:
        for suite in suites:
            try:
                results = _run(suite, context, source)
            except (DataError, ProgrammingError) as error:
                # Its text may quote a value; an operational error is not the suite's and goes on.
                yield _unknown(suite, f"its rows cannot be selected: {type(error.orig).__name__}")
            else:
                yield _known(suite, results)
    finally:
        # The engine of its own that it executes with keeps a connection, for the temporary tables.
        source.get_execution_engine().close()
        source.get_engine().dispose()


def _source(context: EphemeralDataContext, settings: Settings) -> SQLDatasource:
    # Its own PostgreSQL source refuses the address of a Unix socket, and warns of this general one.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GxDatasourceWarning)
        return context.data_sources.add_sql(
            name="warehouse",
            connection_string=settings.sqlalchemy_url(),
            # Otherwise every query selects the rows anew, and one brings all of them here.
            create_temp_table=True,
        )


def _run(
    suite: Suite, context: EphemeralDataContext, source: SQLDatasource
) -> ExpectationSuiteValidationResult:
    # A query has to begin with "select", which one with CTEs does not.
    rows = source.add_query_asset(
        name=suite.name,
        query=f"select * from ({suite.rows}) as judged_rows",
    )
    definition = ValidationDefinition(
        name=suite.name,
        data=rows.add_batch_definition_whole_table("rows"),
        suite=context.suites.add(
            ExpectationSuite(
                suite.name, expectations=[as_expectation(rule) for rule in suite.rules]
            )
        ),
    )
    # A batch would select the rows once more than this does.
    results = definition.run(
        result_format={
            "result_format": "SUMMARY",
            "partial_unexpected_count": SAMPLE_SIZE,
            "unexpected_index_column_names": list(suite.shows),
            "exclude_unexpected_values": True,
        }
    )
    for result in results.results:
        # Of nothing there is no mean or maximum: a mart without rows fails no rule about its rows.
        if "observed_value" in result.result and result.result["observed_value"] is None:
            result.success = True
    return results


def _known(suite: Suite, results: ExpectationSuiteValidationResult) -> Judgement:
    by_name = {_name(result): result for result in results.results}
    outcomes = tuple(_outcome(rule, by_name[rule.name]) for rule in suite.rules)
    return Judgement(suite, outcomes, results)


def _unknown(suite: Suite, note: str) -> Judgement:
    outcomes = tuple(Outcome(rule, passed=False, note=note) for rule in suite.rules)
    return Judgement(suite, outcomes, None)


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
        sample=() if result.success else tuple(_sample(result.result)),
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


def _sample(result: Mapping[str, Any]) -> Iterator[str]:
    # Each entry holds a list a column; the lists are of the same rows.
    for columns in result.get("partial_unexpected_index_list") or ():
        for values in zip(*columns.values(), strict=True):
            shown = zip(columns, values, strict=True)
            yield ", ".join(f"{name} {str(value)[:SAMPLE_WIDTH]}" for name, value in shown)
