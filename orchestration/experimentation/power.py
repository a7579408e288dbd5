"""What an experiment of this size could have found.

Neither number uses the observed effect: power at the observed effect is the p-value on another
scale and says nothing more (Hoenig and Heisey 2001, "The Abuse of Power", The American Statistician
55). Both take the control's variance for both arms, as planning does, and the two-sided test at 5 %
before it is adjusted for the number of variants.
"""

from __future__ import annotations

from math import sqrt

from scipy.stats import norm  # type: ignore[import-untyped]
from statsmodels.stats.power import NormalIndPower  # type: ignore[import-untyped]

from orchestration.experimentation.estimates import ALPHA

ENOUGH_POWER = 0.8
"""The probability with which the minimum detectable effect would be found."""

RELEVANT_LIFT = 0.05
"""The lift whose power is told: 5 % of the control mean."""


def minimum_detectable_effect(deviation: float, users: tuple[int, int]) -> float:
    """Find the smallest true difference that is found four times in five.

    Args:
        deviation: Standard deviation of the metric in control, above 0.
        users: In the variant, in control.

    Returns:
        An absolute difference: (z(0.975) + z(0.8)) standard errors of the difference.
    """
    distance = float(norm.isf(ALPHA / 2) + norm.ppf(ENOUGH_POWER))
    return distance * deviation * sqrt(1 / users[0] + 1 / users[1])


def power_of_relevant_lift(mean: float, deviation: float, users: tuple[int, int]) -> float:
    """Say how probably a true lift of 5 % would have been found.

    Args:
        mean: The control mean, not 0.
        deviation: Standard deviation of the metric in control, above 0.
        users: In the variant, in control.
    """
    effect = abs(RELEVANT_LIFT * mean) / deviation
    return float(NormalIndPower().power(effect, users[1], ALPHA, ratio=users[0] / users[1]))
