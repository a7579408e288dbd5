"""The vocabulary of suites: what a rule is, without Great Expectations.

What flows through: nothing; these are frozen descriptions. They are read where checks are declared
(Dagster needs their names at once, and Great Expectations takes seconds to import) and turned into
expectations by `validation.py`.
Belongs here: the shape of a rule, of a suite and of an outcome. Does not belong here: any rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """What a failed rule means: stop and look, or look."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True)
class Rule:
    """One statement about a set of rows.

    Attributes:
        name: Unique in its suite's table; the name of the asset check.
        severity: What a failure means.
        why: One or two sentences: what is wrong when this fails, and where to look.
        expectation: Class name in `great_expectations.expectations`.
        arguments: Its arguments.
        shows_values: Whether failing values may be shown. Only for columns of codes, never for one
            that can name or point to a person.
    """

    name: str
    severity: Severity
    why: str
    expectation: str
    arguments: Mapping[str, Any]
    shows_values: bool = False


@dataclass(frozen=True)
class Suite:
    """Rules over one set of rows.

    Attributes:
        name: Unique among suites.
        schema: Schema of the table the rows are of.
        table: The table; `schema/table` is the asset that the checks sit on.
        rows: SQL that selects the rows. It is read once or twice, so it names a window wherever a
            table grows with history.
        rules: What must hold.
    """

    name: str
    schema: str
    table: str
    rows: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of one rule.

    Attributes:
        rule: The rule.
        passed: Whether it held.
        observed: The measured value, as text a person reads.
        sample: Up to five failing values, for rules that may show them.
        note: Something worth saying beside it, or empty.
    """

    rule: Rule
    passed: bool
    observed: str = ""
    sample: tuple[str, ...] = field(default=())
    note: str = ""


def critical(
    name: str, why: str, expectation: str, *, shows_values: bool = False, **arguments: object
) -> Rule:
    """Describe a rule whose failure means that the set must not be used as it is."""
    return Rule(name, Severity.CRITICAL, why, expectation, arguments, shows_values)


def warning(
    name: str, why: str, expectation: str, *, shows_values: bool = False, **arguments: object
) -> Rule:
    """Describe a rule whose failure means that somebody should look."""
    return Rule(name, Severity.WARNING, why, expectation, arguments, shows_values)
