"""CUPED: take from a metric what users did before they were assigned.

Deng, Xu, Kohavi and Walker 2013, "Improving the Sensitivity of Online Controlled Experiments by
Utilizing Pre-Experiment Data", WSDM. The adjusted value of a user is y - θ x, with x the same
metric in the days before assignment. Assignment cannot have changed x, so any θ leaves the
difference unbiased; θ = cov(x, y) / var(x) makes its variance least. Both are pooled over the
variants from deviations within each (the slope of y on x with an intercept a variant): deviations
from a common mean would mix the effect itself into θ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from orchestration.experimentation.arms import Arm


def pooled_theta(arms: Iterable[Arm]) -> Fraction | None:
    """Find the factor that all variants of a metric are adjusted by.

    Args:
        arms: The listed variants, control among them.

    Returns:
        θ, or nothing where x varies in no variant.
    """
    known = [arm for arm in arms if arm.users]
    within_x = sum((arm.scatter(arm.sum_x_squared, arm.sum_x, arm.sum_x) for arm in known), _NONE)
    within_xy = sum((arm.scatter(arm.sum_xy, arm.sum_x, arm.sum_y) for arm in known), _NONE)
    return within_xy / within_x if within_x else None


_NONE = Fraction(0)


def adjusted(arm: Arm, theta: Fraction) -> Arm:
    """Restate an arm as sums of y - θ x.

    Args:
        arm: Sums of y and x.
        theta: The factor.

    Returns:
        An arm whose y is the adjusted value.
    """
    return replace(
        arm,
        sum_y=arm.sum_y - theta * arm.sum_x,
        sum_y_squared=arm.sum_y_squared - 2 * theta * arm.sum_xy + theta**2 * arm.sum_x_squared,
    )
