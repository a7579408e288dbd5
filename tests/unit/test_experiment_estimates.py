"""Estimates of experiments: a published result, and the same from raw samples by other functions.

The code under test sees sums; here the samples themselves go to scipy and statsmodels, by functions
that it does not use where there are others.
"""

from math import isclose, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]
from statsmodels.stats.power import NormalIndPower  # type: ignore[import-untyped]
from statsmodels.stats.proportion import proportions_ztest  # type: ignore[import-untyped]
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW  # type: ignore[import-untyped]

from orchestration.experimentation import means, proportions
from orchestration.experimentation.comparison import compare
from orchestration.experimentation.power import minimum_detectable_effect, power_of_relevant_lift
from tests.unit.experiment_cases import arm, proportion, results, summary

counts = st.lists(st.integers(0, 1000), min_size=2, max_size=60)
varied = counts.filter(lambda sample: len(set(sample)) > 1)
conversions = st.integers(2, 400).flatmap(
    lambda users: st.integers(0, users).map(lambda converted: proportion(converted, users))
)


def near(value: Any, expected: Any) -> bool:
    return isclose(float(value), float(expected), rel_tol=1e-7, abs_tol=1e-10)


def test_the_published_experiment_is_met() -> None:
    samples = {"gate_30": proportion(8502, 44_700), "gate_40": proportion(8279, 45_489)}
    cells = results(samples, "conversion")["gate_40"]
    assert round(cells["p_value"], 6) == 0.001554
    assert cells["p_value_adjusted"] == cells["p_value"]
    assert round(cells["ci_low"], 5) == -0.01328
    assert round(cells["ci_high"], 5) == -0.00312
    z = stats.norm.isf(cells["p_value"] / 2)
    assert round(float(z), 4) == 3.1644
    assert cells["difference"] == pytest.approx(8279 / 45_489 - 8502 / 44_700)
    assert cells["lift"] == pytest.approx(8279 / 45_489 / (8502 / 44_700) - 1)
    ratio = summary({"gate_30": 44_700, "gate_40": 45_489}, {"gate_30": 0.5, "gate_40": 0.5})
    assert round(ratio["srm_p_value"], 4) == 0.0086


@given(conversions, conversions)
def test_two_proportions_are_tested_as_from_the_samples(
    variant: list[int], control: list[int]
) -> None:
    found = proportions.compare(arm(variant), arm(control))
    assert near(found.difference, np.mean(variant) - np.mean(control))
    if len({*variant, *control}) == 1:
        assert found.p_value is None
        return
    _, p_value = proportions_ztest(
        np.array([sum(variant), sum(control)]), np.array([len(variant), len(control)])
    )
    assert found.p_value is not None
    assert near(found.p_value, p_value)
    chi_squared = stats.chi2_contingency(
        [[sum(one), len(one) - sum(one)] for one in (variant, control)], correction=False
    )
    assert near(found.p_value, chi_squared.pvalue), "the square of z is the chi-squared of 2 x 2"
    error = sqrt(np.var(variant) / len(variant) + np.var(control) / len(control))
    if error:
        assert near(found.ci_low, found.difference - 1.959963984540054 * error)
        assert near(found.ci_high, found.difference + 1.959963984540054 * error)


@pytest.mark.filterwarnings("ignore:Precision loss")
@given(varied, counts)
def test_two_means_are_tested_as_from_the_samples(variant: list[int], control: list[int]) -> None:
    found = means.compare(arm(variant), arm(control))
    test = stats.ttest_ind(variant, control, equal_var=False)
    interval = test.confidence_interval(0.95)
    assert found.p_value is not None
    assert near(found.p_value, test.pvalue)
    assert near(found.ci_low, interval.low)
    assert near(found.ci_high, interval.high)
    compared = CompareMeans(DescrStatsW(variant), DescrStatsW(control))
    assert near(found.p_value, compared.ttest_ind(usevar="unequal")[1])
    excluded = not interval.low <= 0 <= interval.high
    assert (found.p_value < 0.05) == excluded


@given(varied, varied)
def test_moments_are_those_of_the_sample(variant: list[int], control: list[int]) -> None:
    cells = results({"control": control, "b": variant})["b"]
    assert near(cells["mean"], np.mean(variant))
    assert near(cells["variance"], np.var(variant, ddof=1))
    assert cells["total"] == sum(variant)
    assert cells["users"] == len(variant)


def test_a_variance_far_below_its_values_keeps_its_digits() -> None:
    # In floats the difference of the two sums would be 0, or negative.
    huge = 10**12
    cells = results({"control": [huge, huge + 1, huge + 2], "b": [huge, huge + 1, huge + 2]})
    assert cells["control"]["variance"] == 1.0


def test_the_interval_of_the_lift_covers_as_often_as_it_says() -> None:
    chance = np.random.default_rng(20)
    covered = 0
    for _ in range(1000):
        control, variant = (arm(chance.poisson(mean, 300).tolist()) for mean in (3, 3.6))
        cells = compare(variant, control, "count").cells
        covered += (cells["lift_ci_low"] or 1) <= 0.2 <= (cells["lift_ci_high"] or -1)
    assert 0.93 <= covered / 1000 <= 0.97


def test_the_lift_knows_the_error_of_the_control() -> None:
    control, variant = proportion(30, 100), proportion(60, 100)
    cells = results({"control": control, "b": variant}, "conversion")["b"]
    # By hand: lift 1, var = (0.6 * 0.4 + 2² * 0.3 * 0.7) / 100 / 0.3²
    half = 1.959963984540054 * sqrt((0.24 + 4 * 0.21) / 100 / 0.09)
    assert cells["lift"] == pytest.approx(1)
    assert cells["lift_ci_low"] == pytest.approx(1 - half)
    assert cells["lift_ci_high"] == pytest.approx(1 + half)


@given(st.floats(0.01, 100), st.floats(0.01, 100), st.integers(20, 10**7), st.integers(20, 10**7))
def test_power_is_that_of_the_planned_test(
    mean: float, deviation: float, variant: int, control: int
) -> None:
    plan = NormalIndPower()
    smallest = minimum_detectable_effect(deviation, (variant, control))
    reached = plan.power(smallest / deviation, control, 0.05, ratio=variant / control)
    assert reached == pytest.approx(0.8, abs=1e-5)
    told = power_of_relevant_lift(mean, deviation, (variant, control))
    error = deviation * sqrt(1 / variant + 1 / control)
    shift = 0.05 * mean / error
    by_hand = stats.norm.sf(1.959963984540054 - shift) + stats.norm.cdf(-1.959963984540054 - shift)
    assert told == pytest.approx(float(by_hand), abs=1e-9)


@pytest.mark.parametrize("metric_type", ["conversion", "count"])
def test_five_percent_of_ineffective_experiments_are_called(metric_type: str) -> None:
    chance = np.random.default_rng(5)
    called = 0
    for _ in range(2000):
        if metric_type == "conversion":
            one, other = (proportion(k, 500) for k in chance.binomial(500, 0.2, 2).tolist())
        else:
            one, other = chance.negative_binomial(2, 0.4, (2, 500)).tolist()
        method = proportions if metric_type == "conversion" else means
        p_value = method.compare(arm(one), arm(other)).p_value
        called += p_value is not None and p_value < 0.05
    # Three standard errors of a share of 5 % in 2000 are 0.015.
    assert 0.035 <= called / 2000 <= 0.065
