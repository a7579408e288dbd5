"""Relative lift over control, with its interval by the delta method.

lift = variant mean / control mean - 1. Both arms carry the control mean's error, so the interval of
the difference divided by the control mean would be too narrow; to first order the variance of the
ratio of two independent means is

    (var(variant mean) + (variant mean / control mean)² var(control mean)) / control mean²

(Deng, Knoblich and Lu 2018, "Applying the Delta Method in Metric Analytics", KDD). A good
approximation while the control mean is several of its standard errors away from 0.
"""

from __future__ import annotations

from math import sqrt

from scipy.stats import norm  # type: ignore[import-untyped]

from orchestration.experimentation.estimates import ALPHA, interval


def lift_interval(
    variant: tuple[float, float], control: tuple[float, float]
) -> tuple[float, float]:
    """Bound the lift with 95 % confidence.

    Args:
        variant: Mean, and the variance of that mean.
        control: The same; a mean other than 0.

    Returns:
        Lower and upper end.
    """
    ratio = variant[0] / control[0]
    squared_error = (variant[1] + ratio**2 * control[1]) / control[0] ** 2
    return interval(ratio - 1, float(norm.isf(ALPHA / 2)) * sqrt(squared_error))
