"""Whole results: who is control, what many variants cost, and every case without an answer."""

from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped]

from orchestration.experimentation.analysis import (
    ESTIMATES,
    RESULT_COLUMNS,
    analyse,
    control_of,
    listed_variants,
)
from orchestration.experimentation.holm import holm
from tests.unit.experiment_cases import EXPERIMENT, proportion, results, statistics

TESTED = ("ci_low", "ci_high", "p_value", "p_value_adjusted", "lift_ci_low", "lift_ci_high")
SEQUENTIAL = ("sequential_p_value", "sequential_ci_low", "sequential_ci_high")
CUPED = ("cuped_difference", "cuped_ci_low", "cuped_ci_high", "cuped_p_value", "cuped_theta")
SIZE = ("power", "minimum_detectable_effect")


def missing(cells: dict[str, Any]) -> set[str]:
    return {name for name in ESTIMATES if cells[name] is None}


@pytest.mark.parametrize(
    ("told", "listed", "control"),
    [
        (["a", "control", "b"], ["a", "control", "b"], "control"),
        (["a", "b", "a"], ["a", "b"], "a"),
        ([1, None, "", {"name": "x"}, "b"], ["b"], "b"),
        ([], [], None),
        (None, [], None),
        ({"a": 1}, [], None),
    ],
)
def test_control_is_the_variant_of_that_name_else_the_first(
    told: object, listed: list[str], control: str | None
) -> None:
    assert listed_variants(told) == listed
    assert control_of(listed_variants(told)) == control


def test_the_control_is_told_and_compared_with_nothing() -> None:
    cells = results({"control": [1, 2, 3], "b": [2, 3, 5]})["control"]
    assert cells["is_control"] is True
    assert cells["note"] == "control"
    assert missing(cells) == {*ESTIMATES} - {"mean", "variance"}


def test_a_whole_comparison_misses_nothing_and_has_no_note() -> None:
    cells = results({"control": ([1, 2, 3, 9], [1, 2, 4, 4]), "b": ([2, 3, 5, 5], [1, 3, 3, 6])})
    assert missing(cells["b"]) == set()
    assert cells["b"]["note"] is None
    assert list(cells["b"]) == list(RESULT_COLUMNS)


def test_holm_adjusts_over_the_variants_that_have_a_p() -> None:
    samples = {
        "control": proportion(100, 1000),
        "strong": proportion(150, 1000),
        "weak": proportion(120, 1000),
        "none": proportion(100, 1000),
        "empty": [],
        "stranger": proportion(900, 1000),
    }
    found = results(samples, "conversion", listed=[*samples][:-1])
    p = {name: found[name]["p_value"] for name in samples}
    adjusted = {name: found[name]["p_value_adjusted"] for name in samples}
    assert adjusted["strong"] == pytest.approx(3 * p["strong"])
    assert adjusted["weak"] == pytest.approx(2 * p["weak"])
    assert adjusted["none"] == p["none"] == 1
    assert adjusted["empty"] is adjusted["stranger"] is adjusted["control"] is None


@pytest.mark.parametrize("variants", range(1, 7))
def test_holm_is_the_procedure_of_statsmodels(variants: int) -> None:
    chance = np.random.default_rng(variants)
    p_values = (chance.random(variants) ** 3).tolist()
    _, expected, _, _ = multipletests(p_values, method="holm")
    found = holm({str(number): p_value for number, p_value in enumerate(p_values)})
    assert [found[str(number)] for number in range(variants)] == pytest.approx(expected)


def test_metrics_are_analysed_apart() -> None:
    metrics: dict[str, dict[str, Any]] = {
        "one": {"control": [1, 2, 3, 4], "b": [3, 4, 5, 9], "c": [1, 2, 2, 3]},
        "other": {"control": [5, 2, 3, 4], "b": [3, 1, 5, 7], "c": [8, 9, 7, 6]},
    }
    frames = [statistics(samples, metric=name) for name, samples in metrics.items()]
    experiments = pd.DataFrame({"experiment_id": [EXPERIMENT], "variants": [["control", "b", "c"]]})
    found = analyse(experiments, pd.concat(frames)).to_dict("records")
    assert len(found) == 6
    alone = {name: results(samples) for name, samples in metrics.items()}
    for row in found:
        expected = alone[row["metric_name"]][row["variant"]]
        assert row == expected | {"metric_name": row["metric_name"]}


def test_an_empty_arm() -> None:
    found = results({"control": [1, 2, 3], "b": []})["b"]
    assert missing(found) == {*ESTIMATES}
    assert (found["users"], found["total"], found["note"]) == (0, 0, "no users")
    found = results({"control": [], "b": [1, 2]})["b"]
    assert missing(found) == {*ESTIMATES} - {"mean", "variance"}
    assert found["note"] == "control has no users"


def test_one_user() -> None:
    found = results({"control": [1, 2, 3], "b": [3]})["b"]
    assert missing(found) == {*ESTIMATES} - {"mean", "difference", "lift"}
    assert (found["mean"], found["difference"], found["lift"]) == (3, 1, 0.5)
    assert found["note"] == "one user"
    found = results({"control": [1], "b": [1]}, "conversion")["b"]
    assert found["note"] == "one user; control has one user"


@pytest.mark.parametrize("control", [[2, 2, 2], [4, 4, 4]])
def test_no_value_varies(control: list[int]) -> None:
    found = results({"control": control, "b": [4, 4]})["b"]
    assert missing(found) == {*TESTED, *SEQUENTIAL, *CUPED, *SIZE}
    assert found["variance"] == 0
    assert found["difference"] == 4 - control[0]
    assert found["note"] == "no value varies, neither here nor in control"


@pytest.mark.parametrize("converted", [0, 1])
def test_all_converted_or_none(converted: int) -> None:
    found = results({"control": [converted] * 9, "b": [converted] * 5}, "conversion")["b"]
    assert {*TESTED, *SEQUENTIAL, *SIZE} <= missing(found)
    assert found["difference"] == 0
    assert "no value varies" in found["note"]


def test_one_arm_converted_whole_and_the_other_not_at_all() -> None:
    # Under no effect both share one proportion, one half: that is tested. Neither arm has a width.
    found = results({"control": [0] * 40, "b": [1] * 40}, "conversion")["b"]
    assert found["p_value"] < 1e-10
    assert {"ci_low", "ci_high", *SEQUENTIAL, *CUPED, *SIZE} <= missing(found)
    assert "no value varies" in found["note"]


def test_a_control_that_does_not_vary() -> None:
    found = results({"control": [2, 2, 2], "b": [2, 3, 4]})["b"]
    assert missing(found) == {*SIZE, *CUPED}
    assert "control does not vary" in found["note"]


def test_a_control_mean_of_zero_has_no_lift() -> None:
    found = results({"control": [0, 0, 0], "b": [0, 1, 2]})["b"]
    assert missing(found) == {"lift", "lift_ci_low", "lift_ci_high", *SIZE, *CUPED}
    assert found["p_value"] is not None
    assert "control's mean is 0: no lift" in found["note"]


def test_nothing_before_assignment() -> None:
    found = results({"control": [1, 2, 3], "b": [2, 3, 5]})["b"]
    assert missing(found) == {*CUPED}
    assert found["note"] == "nothing varies before assignment: no adjustment"


def test_what_came_before_explains_everything() -> None:
    found = results({"control": ([1, 2, 3], [1, 2, 3]), "b": ([2, 3, 4], [1, 2, 3])})["b"]
    assert missing(found) == {"cuped_ci_low", "cuped_ci_high", "cuped_p_value"}
    assert found["cuped_difference"] == 1
    assert found["note"] == "no value varies once adjusted: no test"


def test_a_variant_that_is_not_listed() -> None:
    listed: dict[str, Any] = {"control": ([1, 2, 3], [1, 3, 2]), "b": ([2, 3, 5], [2, 2, 3])}
    samples = {**listed, "stranger": ([9, 8, 7], [0, 1, 2])}
    found = results(samples, listed=[*listed])
    stranger = found["stranger"]
    assert missing(stranger) == {*ESTIMATES} - {"mean", "variance"}
    assert (stranger["users"], stranger["total"], stranger["mean"]) == (3, 24, 8)
    assert stranger["note"] == "not a variant of the experiment: no test"
    assert found["b"] == results(listed)["b"]


def test_no_variant_listed() -> None:
    found = results({"control": [1, 2], "b": [3, 4]}, listed=[])
    for cells in found.values():
        assert missing(cells) == {*ESTIMATES} - {"mean", "variance"}
        assert cells["is_control"] is False
        assert cells["note"] == "the experiment lists no variant, so none is control"


values = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=5)


@given(
    st.dictionaries(st.sampled_from(["control", "a", "b", "c"]), values, min_size=1),
    st.sampled_from(["conversion", "count"]),
    st.lists(st.sampled_from(["control", "a", "b", "c"]), unique=True),
)
def test_whatever_is_missing_is_null_and_has_a_reason(
    pairs: dict[str, list[tuple[int, int]]], metric_type: str, listed: list[str]
) -> None:
    top = 1 if metric_type == "conversion" else 3
    samples: dict[str, Any] = {
        name: ([min(y, top) for y, _ in sample], [min(x, top) for _, x in sample])
        for name, sample in pairs.items()
    }
    for cells in results(samples, metric_type, listed=listed).values():
        told = [cells[name] for name in ESTIMATES if cells[name] is not None]
        assert all(isinstance(value, float) and isfinite(value) for value in told)
        assert bool(missing(cells)) == bool(cells["note"])
