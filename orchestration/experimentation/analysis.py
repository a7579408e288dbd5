"""All results of experiments: a frame of sums in, a frame of results out.

What flows through: sums per (experiment, metric, variant) and the lists of variants in; rows of
`analysis.experiment_results` and `analysis.experiment_analyses` out, where what could not be
computed is null (never NaN, never infinite) and `note` says why.
Belongs here: what concerns the variants of a metric together: who is control, the factor of the
adjustment, the correction for their number. Does not belong here: a single comparison
(`comparison`), the database (`store`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import isfinite
from typing import Any

import pandas as pd

from orchestration.experimentation.adjustment import pooled_theta
from orchestration.experimentation.arms import Arm
from orchestration.experimentation.comparison import Comparison, compare, too_few
from orchestration.experimentation.holm import holm
from orchestration.experimentation.ratios import sample_ratio

CONTROL = "control"
ESTIMATES = (
    "mean",
    "variance",
    "difference",
    "ci_low",
    "ci_high",
    "p_value",
    "p_value_adjusted",
    "lift",
    "lift_ci_low",
    "lift_ci_high",
    "cuped_difference",
    "cuped_ci_low",
    "cuped_ci_high",
    "cuped_p_value",
    "cuped_theta",
    "sequential_p_value",
    "sequential_ci_low",
    "sequential_ci_high",
    "power",
    "minimum_detectable_effect",
)
KEYS = ("experiment_id", "metric_name", "metric_position", "metric_type", "variant")
RESULT_COLUMNS = (*KEYS, "is_control", "users", "total", *ESTIMATES, "note")
ANALYSIS_COLUMNS = (
    "experiment_id",
    "control",
    "srm_p_value",
    "users",
    "contaminated_users",
    "note",
)
NOBODY = Arm(users=0, sum_y=Fraction(0), sum_y_squared=Fraction(0))
Row = dict[str, Any]


def listed_variants(variants: object) -> list[str]:
    """Read the names of an experiment's variants.

    Args:
        variants: Its list as the application wrote it, unchecked.

    Returns:
        The names, in order; what is no name is no variant.
    """
    elements = variants if isinstance(variants, list) else []
    return [name for name in dict.fromkeys(map(_name, elements)) if name]


def _name(element: object) -> str:
    return element if isinstance(element, str) else ""


def control_of(listed: Sequence[str]) -> str | None:
    """Choose the variant that others are compared with.

    Args:
        listed: The experiment's variants.

    Returns:
        The one called `control`, else the first; nothing where none is listed.
    """
    return CONTROL if CONTROL in listed else next(iter(listed), None)


def analyse(experiments: pd.DataFrame, statistics: pd.DataFrame) -> pd.DataFrame:
    """Compute the results of experiments.

    Args:
        experiments: `experiment_id` and `variants` (the list as the application has it, or null), a
            row an experiment.
        statistics: The keys, `users` and the sums of `Arm`, a row a variant of a metric.

    Returns:
        A row a row of statistics, of dtype object: `RESULT_COLUMNS`.
    """
    variants = dict(zip(experiments["experiment_id"], experiments["variants"], strict=True))
    rows = [
        row
        for _, metric in statistics.groupby(["experiment_id", "metric_name"])
        for row in _metric_rows(metric.to_dict("records"), variants)
    ]
    return pd.DataFrame(rows, columns=list(RESULT_COLUMNS), dtype=object)


def summarize(experiments: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Compute what concerns experiments as a whole: their control and sample ratio.

    Args:
        experiments: `experiment_id`, `variants` and `traffic_allocation` as the application has
            them, a row an experiment.
        counts: `experiment_id`, `variant`, `users` and `contaminated_users`, a row a variant that
            users were given.

    Returns:
        A row an experiment, of dtype object: `ANALYSIS_COLUMNS`.
    """
    given = dict(list(counts.groupby("experiment_id")))
    nobody = counts.iloc[:0]
    rows = [
        _analysis_row(experiment, given.get(experiment["experiment_id"], nobody))
        for experiment in experiments.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(ANALYSIS_COLUMNS), dtype=object)


def _analysis_row(experiment: Mapping[Any, Any], counts: pd.DataFrame) -> Row:
    users = {
        str(variant): int(count)
        for variant, count in zip(counts.variant, counts.users, strict=True)
    }
    ratio = sample_ratio(users, experiment["traffic_allocation"])
    return {
        "experiment_id": experiment["experiment_id"],
        "control": control_of(listed_variants(experiment["variants"])),
        "srm_p_value": _finite(ratio.p_value),
        "users": sum(users.values()),
        "contaminated_users": int(sum(counts.contaminated_users)),
        "note": ratio.note,
    }


def _metric_rows(
    rows: Sequence[Mapping[Any, Any]], variants: Mapping[Any, object]
) -> Iterator[Row]:
    metric = _Metric(
        metric_type=rows[0]["metric_type"],
        arms={row["variant"]: Arm.of(row) for row in rows},
        listed=listed_variants(variants.get(rows[0]["experiment_id"])),
    )
    found = {variant: metric.compare(variant) for variant in metric.arms}
    adjusted = holm({variant: one.cells.get("p_value") for variant, one in found.items()})
    for row in rows:
        variant = row["variant"]
        arm = metric.arms[variant]
        cells = {"mean": arm.mean, "variance": arm.variance, **found[variant].cells}
        cells["p_value_adjusted"] = adjusted.get(variant)
        yield {
            **{key: row[key] for key in KEYS},
            "is_control": variant == metric.control,
            "users": arm.users,
            "total": row["sum_y"] or 0,
            **{column: _finite(cells.get(column)) for column in ESTIMATES},
            "note": "; ".join(found[variant].reasons) or None,
        }


@dataclass(frozen=True)
class _Metric:
    """One metric of one experiment: its arms, listed or not."""

    metric_type: str
    arms: Mapping[str, Arm]
    listed: Sequence[str]

    @property
    def control(self) -> str | None:
        return control_of(self.listed)

    @cached_property
    def theta(self) -> Fraction | None:
        return pooled_theta(arm for variant, arm in self.arms.items() if variant in self.listed)

    def compare(self, variant: str) -> Comparison:
        arm = self.arms[variant]
        if self.control is None:
            return Comparison(reasons=("the experiment lists no variant, so none is control",))
        if variant not in self.listed:
            return Comparison(reasons=("not a variant of the experiment: no test",))
        if variant == self.control:
            return Comparison(reasons=("control", *too_few("", arm)))
        control = self.arms.get(self.control, NOBODY)
        return compare(arm, control, self.metric_type, self.theta)


def _finite(value: float | None) -> float | None:
    # Whatever a library makes of the strangest numbers, no NaN reaches the database.
    return value if value is not None and isfinite(value) else None
