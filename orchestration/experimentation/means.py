"""Counts: two means of unequal variances, by Welch's t-test.

Welch 1947, "The generalization of 'Student's' problem when several different population variances
are involved", Biometrika 34. Test and interval are one: p < 0.05 where the interval excludes 0.
"""

from __future__ import annotations

from math import sqrt

from scipy.stats import t, ttest_ind_from_stats  # type: ignore[import-untyped]

from orchestration.experimentation.arms import Arm
from orchestration.experimentation.estimates import ALPHA, Estimate, interval


def squared_error(arm: Arm) -> float:
    """Estimate the variance of the arm's mean: s² / n.

    Args:
        arm: At least two users.
    """
    return float(arm.exact_variance / arm.users)


def compare(variant: Arm, control: Arm) -> Estimate:
    """Test whether two arms have one mean.

    Args:
        variant: At least two users.
        control: At least two users.

    Returns:
        The difference; without test and interval where neither arm varies.
    """
    difference = float(variant.exact_mean - control.exact_mean)
    errors = (squared_error(variant), squared_error(control))
    if not sum(errors):
        return Estimate(difference)
    moments = [
        moment
        for arm in (variant, control)
        for moment in (float(arm.exact_mean), sqrt(arm.exact_variance), arm.users)
    ]
    test = ttest_ind_from_stats(*moments, equal_var=False)
    freedom = _degrees_of_freedom(errors, (variant.users, control.users))
    low, high = interval(difference, float(t.isf(ALPHA / 2, freedom)) * sqrt(sum(errors)))
    return Estimate(difference, low, high, float(test.pvalue))


def _degrees_of_freedom(errors: tuple[float, float], users: tuple[int, int]) -> float:
    # Welch-Satterthwaite, by each arm's share so that small errors do not vanish when squared.
    shares = [error / sum(errors) for error in errors]
    return 1 / sum(share**2 / (size - 1) for share, size in zip(shares, users, strict=True))
