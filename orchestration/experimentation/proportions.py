"""Conversion: two proportions, by the pooled z-test and the Wald interval.

The test pools both arms, as under no effect they share one proportion; the interval does not, as
it asks how large the effect is (Fleiss, Levin and Paik 2003, *Statistical Methods for Rates and
Proportions*, section 3.2). Near 5 % the two may therefore disagree.
"""

from __future__ import annotations

from statsmodels.stats.proportion import (  # type: ignore[import-untyped]
    confint_proportions_2indep,
    proportions_ztest,
)

from orchestration.experimentation.arms import Arm
from orchestration.experimentation.estimates import ALPHA, Estimate


def squared_error(arm: Arm) -> float:
    """Estimate the variance of the arm's proportion: p (1 - p) / n.

    Args:
        arm: At least one user.
    """
    return float(arm.exact_mean * (1 - arm.exact_mean) / arm.users)


def compare(variant: Arm, control: Arm) -> Estimate:
    """Test whether two arms convert alike.

    Args:
        variant: At least one user.
        control: At least one user.

    Returns:
        The difference; without a test where all of both arms converted or none, and without an
        interval where neither arm varies (one converted whole, the other not at all).
    """
    difference = float(variant.exact_mean - control.exact_mean)
    converted = (int(variant.sum_y), int(control.sum_y))
    users = (variant.users, control.users)
    if sum(converted) in (0, sum(users)):
        return Estimate(difference)
    _, p_value = proportions_ztest(converted, users)
    if not squared_error(variant) + squared_error(control):
        return Estimate(difference, p_value=float(p_value))
    low, high = confint_proportions_2indep(
        converted[0], users[0], converted[1], users[1], method="wald", compare="diff", alpha=ALPHA
    )
    return Estimate(difference, float(low), float(high), float(p_value))
