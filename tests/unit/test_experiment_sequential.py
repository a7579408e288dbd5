"""Always-valid inference: p and interval are one, and daily looks call no more than promised."""

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize, stats  # type: ignore[import-untyped]

from orchestration.experimentation.sequential import RHO_SQUARED, TUNED_FOR, always_valid
from tests.unit.experiment_cases import proportion, results


@given(st.floats(1e-9, 1e3), st.integers(4, 10**8), st.floats(-3, 3))
def test_p_is_below_five_percent_where_the_interval_excludes_no_effect(
    variance: float, users: int, widths: float
) -> None:
    half = always_valid(0, variance, users).ci_high
    assert half is not None
    assert half > 1.959963984540054 * sqrt(variance), "looking at any time has its price"
    assert always_valid(half, variance, users).p_value == pytest.approx(0.05)
    assume(abs(abs(widths) - 1) > 1e-6)
    for difference in (widths * half, 0.999 * half, -1.001 * half):
        found = always_valid(difference, variance, users)
        assert found.ci_low is not None
        assert found.ci_high is not None
        assert found.p_value is not None
        assert 0 <= found.p_value <= 1
        assert (found.p_value < 0.05) == (not found.ci_low <= 0 <= found.ci_high)


def test_the_boundary_is_that_of_the_mixture() -> None:
    """A normal prior over the drift, integrated numerically, crosses 20 exactly at the boundary."""
    users, variance = 3000, 0.0004
    half = always_valid(0, variance, users).ci_high
    assert half is not None
    deviation = sqrt(variance * users)
    score = half * users / deviation

    drifts = np.linspace(-0.6, 0.6, 200_001)
    likelihood_ratios = np.exp(drifts * score - drifts**2 * users / 2)
    prior = stats.norm.pdf(drifts, scale=sqrt(RHO_SQUARED))
    mixed = np.trapezoid(likelihood_ratios * prior, drifts)
    assert mixed == pytest.approx(20, rel=1e-4)


def test_the_interval_is_tightest_at_the_users_it_is_tuned_for() -> None:
    def width(rho_squared: float) -> float:
        information = TUNED_FOR * rho_squared
        return (information + 1) / information * (log(information + 1) - 2 * log(0.05))

    best = optimize.minimize_scalar(width, bounds=(1e-5, 1), method="bounded").x
    # The tuning is the paper's closed form, which is a first approximation.
    assert width(RHO_SQUARED) < 1.01 * width(best)
    assert pytest.approx(7.935, abs=0.002) == RHO_SQUARED * TUNED_FOR


def test_daily_looks_call_no_more_than_five_percent_and_fixed_ones_many() -> None:
    chance = np.random.default_rng(8)
    experiments, looks, batch = 1000, 40, 100
    arms = chance.poisson(2, (experiments, 2, looks * batch))
    users = np.arange(1, looks + 1) * batch
    sums = arms.cumsum(axis=2)[:, :, batch - 1 :: batch]
    squares = (arms**2).cumsum(axis=2)[:, :, batch - 1 :: batch]
    variances = (squares - sums**2 / users) / (users - 1) / users
    differences = (sums[:, 1] - sums[:, 0]) / users
    errors = variances.sum(axis=1)
    fixed = np.abs(differences) / np.sqrt(errors) > 1.959963984540054
    called = [
        any(
            (always_valid(differences[one, look], errors[one, look], 2 * users[look]).p_value or 0)
            < 0.05
            for look in range(looks)
        )
        for one in range(experiments)
    ]
    assert np.mean(called) <= 0.05
    assert fixed.any(axis=1).mean() > 0.2


def test_an_effect_is_found_and_told_in_the_results() -> None:
    samples = {"control": proportion(1000, 5000), "b": proportion(1300, 5000)}
    cells = results(samples, "conversion")["b"]
    assert cells["p_value"] < cells["sequential_p_value"] < 0.05
    assert 0 < cells["sequential_ci_low"] < cells["ci_low"]
    assert cells["ci_high"] < cells["sequential_ci_high"]
