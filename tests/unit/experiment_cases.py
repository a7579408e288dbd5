"""What tests of experiments share: raw samples in, the frames that dbt would leave, results out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from orchestration.experimentation.analysis import ANALYSIS_COLUMNS, analyse, summarize
from orchestration.experimentation.arms import Arm

EXPERIMENT = "experiment"
STATISTICS = (
    "experiment_id",
    "metric_name",
    "metric_position",
    "metric_type",
    "variant",
    "users",
    "sum_y",
    "sum_y_squared",
    "sum_x",
    "sum_x_squared",
    "sum_xy",
)
Values = Sequence[int]
Sample = Values | tuple[Values, Values]
"""Values since assignment, or those and the values before, user by user."""


def sums(sample: Sample) -> dict[str, Any]:
    """Add up a sample as the database does."""
    after, before = _pairs(sample)
    added = {
        "sum_y": sum(after),
        "sum_y_squared": sum(y * y for y in after),
        "sum_x": sum(before),
        "sum_x_squared": sum(x * x for x in before),
        "sum_xy": sum(x * y for x, y in zip(before, after, strict=True)),
    }
    return {"users": len(after), **{name: Decimal(value) for name, value in added.items()}}


def arm(sample: Sample) -> Arm:
    return Arm.of(sums(sample))


def proportion(converted: int, users: int) -> list[int]:
    """A sample of conversions."""
    return [1] * converted + [0] * (users - converted)


def statistics(
    samples: Mapping[str, Sample],
    metric_type: str = "count",
    metric: str = "metric",
    experiment: str = EXPERIMENT,
) -> pd.DataFrame:
    """The sums of one metric, a row a variant."""
    keys = {
        "experiment_id": experiment,
        "metric_name": metric,
        "metric_position": 1,
        "metric_type": metric_type,
    }
    rows = [{**keys, "variant": name, **sums(sample)} for name, sample in samples.items()]
    return pd.DataFrame(rows, columns=list(STATISTICS), dtype=object)


def results(
    samples: Mapping[str, Sample], metric_type: str = "count", listed: object = None
) -> dict[str, dict[str, Any]]:
    """Results of one metric by variant; the samples' variants are listed, unless said otherwise."""
    variants = list(samples) if listed is None else listed
    experiments = pd.DataFrame(
        [[EXPERIMENT, variants]], columns=["experiment_id", "variants"], dtype=object
    )
    found = analyse(experiments, statistics(samples, metric_type)).to_dict("records")
    return {row["variant"]: {str(name): value for name, value in row.items()} for row in found}


def summary(
    users: Mapping[str, int], allocation: object, contaminated: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """The analysis of one experiment with so many users by variant."""
    experiments = pd.DataFrame(
        [[EXPERIMENT, list(users), allocation]],
        columns=["experiment_id", "variants", "traffic_allocation"],
        dtype=object,
    )
    counts = pd.DataFrame(
        [
            [EXPERIMENT, name, count, (contaminated or {}).get(name, 0)]
            for name, count in users.items()
        ],
        columns=["experiment_id", "variant", "users", "contaminated_users"],
        dtype=object,
    )
    (row,) = summarize(experiments, counts).to_dict("records")
    return {column: row[column] for column in ANALYSIS_COLUMNS}


def _pairs(sample: Sample) -> tuple[Values, Values]:
    if isinstance(sample, tuple):
        return sample[0], sample[1]
    return sample, [0] * len(sample)
