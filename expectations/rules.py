"""The vocabulary of suites: what a rule is, without Great Expectations.

What flows through: nothing; these are frozen descriptions. They are read where checks are declared
(Dagster needs their names at once, and Great Expectations takes seconds to import) and turned into
expectations by `validation.py`.
Belongs here: the shape of a rule, of a suite and of an outcome; which columns may be shown.
Does not belong here: any rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

SHOWABLE = frozenset(
    {
        # where a record lies, and keys of rows: pseudonyms
        "experiment_id",
        "id",
        "load_id",
        "record_number",
        # dates and counts
        "broken_ratio",
        "date",
        "days_with_loads",
        "difference",
        "events",
        "events_before",
        "median",
        "median_before",
        "other_unit_ratio",
        "records",
        "records_landed",
        "share",
        "share_before",
        "srm_p_value",
        "users",
        "usual_records",
        # codes
        "category",
        "content_type",
        "event_name",
        "metric_name",
        "status",
        "usual_unit",
        "variant",
    }
)
"""The columns that a sample of failing rows may show, in whatever suite: none that can hold a
person's name, a reference as the source has it, an address or free text."""


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
    """

    name: str
    severity: Severity
    why: str
    expectation: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Suite:
    """Rules over one set of rows.

    Attributes:
        name: Unique among suites.
        schema: Schema of the table the rows are of.
        table: The table; `schema/table` is the asset that the checks sit on.
        rows: SQL that selects the rows, with no column that no rule names and `shows` does not. It
            is read once; it names a window wherever a table grows with history.
        rules: What must hold.
        shows: The columns by which a failing row is shown, all of them `SHOWABLE`.

    Raises:
        ValueError: A column may not be shown.
    """

    name: str
    schema: str
    table: str
    rows: str
    rules: tuple[Rule, ...]
    shows: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if hidden := set(self.shows) - SHOWABLE:
            raise ValueError(f"{self.name} would show {', '.join(sorted(hidden))}; see SHOWABLE.")

    @property
    def page(self) -> str:
        """Its page, below the folder of Data Docs."""
        return f"suites/{self.name}.html"


@dataclass(frozen=True)
class Outcome:
    """What became of one rule.

    Attributes:
        rule: The rule.
        passed: Whether it held.
        observed: The measured value, as text a person reads.
        sample: Up to five failing rows, each by the columns that its suite shows.
        note: Something worth saying beside it, or empty.
    """

    rule: Rule
    passed: bool
    observed: str = ""
    sample: tuple[str, ...] = field(default=())
    note: str = ""


def critical(name: str, why: str, expectation: str, **arguments: object) -> Rule:
    """Describe a rule whose failure means that the set must not be used as it is."""
    return Rule(name, Severity.CRITICAL, why, expectation, arguments)


def warning(name: str, why: str, expectation: str, **arguments: object) -> Rule:
    """Describe a rule whose failure means that somebody should look."""
    return Rule(name, Severity.WARNING, why, expectation, arguments)
