"""CUPED: what the regression says, the effect left where it is, its interval narrower."""

import numpy as np
import pytest
import statsmodels.api as sm  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from orchestration.experimentation.adjustment import adjusted, pooled_theta
from tests.unit.experiment_cases import Sample, arm, results

values = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=40)


def sample(pairs: list[tuple[int, int]]) -> Sample:
    return [after for after, _ in pairs], [before for _, before in pairs]


def simulated(chance: np.random.Generator, effect: float, users: int = 400) -> Sample:
    """Users whose habit shows before and after; the effect adds to what comes after."""
    habit = chance.gamma(2, 2, users)
    before = chance.poisson(habit)
    return chance.poisson(habit + effect).tolist(), before.tolist()


@given(values, values, values)
def test_theta_is_the_slope_of_a_regression_with_an_intercept_a_variant(
    one: list[tuple[int, int]], two: list[tuple[int, int]], three: list[tuple[int, int]]
) -> None:
    arms = [one, two, three]
    theta = pooled_theta(arm(sample(pairs)) for pairs in arms)
    if all(len({before for _, before in pairs}) == 1 for pairs in arms):
        assert theta is None
        return
    rows = [
        [before, *(float(number == index) for index in range(3))]
        for number, pairs in enumerate(arms)
        for _, before in pairs
    ]
    after = [after for pairs in arms for after, _ in pairs]
    slope = sm.OLS(np.array(after), np.array(rows)).fit().params[0]
    assert theta is not None
    assert float(theta) == pytest.approx(slope, rel=1e-6, abs=1e-8)


@given(values, st.fractions(-3, 3, max_denominator=100))
def test_an_adjusted_arm_is_the_arm_of_adjusted_values(
    pairs: list[tuple[int, int]], theta: st.SearchStrategy[object]
) -> None:
    factor = float(theta)  # type: ignore[arg-type]
    found = adjusted(arm(sample(pairs)), theta)  # type: ignore[arg-type]
    by_user = [after - factor * before for after, before in pairs]
    assert found.mean == pytest.approx(np.mean(by_user), abs=1e-9)
    assert found.variance == pytest.approx(np.var(by_user, ddof=1), abs=1e-9)


def test_the_adjustment_is_unbiased_covers_and_narrows() -> None:
    chance = np.random.default_rng(13)
    plain, adjusted_ones, widths, covered = [], [], [], 0
    for _ in range(400):
        samples = {"control": simulated(chance, 0), "b": simulated(chance, 0.5)}
        cells = results(samples)["b"]
        plain.append(cells["difference"])
        adjusted_ones.append(cells["cuped_difference"])
        width = cells["cuped_ci_high"] - cells["cuped_ci_low"]
        widths.append(width / (cells["ci_high"] - cells["ci_low"]))
        covered += cells["cuped_ci_low"] <= 0.5 <= cells["cuped_ci_high"]
    assert np.mean(adjusted_ones) == pytest.approx(0.5, abs=0.03)
    assert np.var(adjusted_ones) < 0.8 * np.var(plain)
    assert max(widths) < 1
    assert 0.92 <= covered / 400 <= 0.98


def test_an_effect_does_not_leak_into_theta() -> None:
    # The same habits in both arms; the whole effect lies between the arms.
    after, before = [3, 5, 7, 9], [1, 2, 3, 4]
    cells = results({"control": (after, before), "b": ([100 + y for y in after], before)})["b"]
    assert cells["cuped_theta"] == 2
    assert cells["cuped_difference"] == 100


def test_what_explains_nothing_adjusts_nothing() -> None:
    before = [0, 1, 0, 1]
    cells = results({"control": ([1, 1, 2, 2], before), "b": ([3, 3, 5, 5], before)})["b"]
    assert cells["cuped_theta"] == 0
    assert cells["cuped_difference"] == cells["difference"]
    assert cells["cuped_p_value"] == cells["p_value"]


def test_conversions_are_adjusted_too() -> None:
    chance = np.random.default_rng(3)
    habit = chance.random((2, 500))
    before = (chance.random((2, 500)) < habit).astype(int)
    after = (chance.random((2, 500)) < habit).astype(int)
    samples: dict[str, Sample] = {
        name: (after[number].tolist(), before[number].tolist())
        for number, name in enumerate(("control", "b"))
    }
    cells = results(samples, "conversion")["b"]
    assert cells["cuped_ci_high"] - cells["cuped_ci_low"] < cells["ci_high"] - cells["ci_low"]
    assert 0 < cells["cuped_p_value"] <= 1
    assert cells["note"] is None
