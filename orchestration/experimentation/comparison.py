"""One variant of one metric against control: every cell that can be computed, and why not the rest.

What flows through: two arms in, the cells of one row and its reasons out.
Belongs here: what hinders which estimate. Does not belong here: their arithmetic, what concerns
several variants at once (`analysis`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import sqrt

from orchestration.experimentation import means, proportions
from orchestration.experimentation.adjustment import adjusted
from orchestration.experimentation.arms import Arm
from orchestration.experimentation.lift import lift_interval
from orchestration.experimentation.power import minimum_detectable_effect, power_of_relevant_lift
from orchestration.experimentation.sequential import always_valid

CONVERSION = "conversion"
TOO_FEW = {0: "no users", 1: "one user"}


@dataclass(frozen=True)
class Comparison:
    """What is known of a variant against control, or a part of it.

    Attributes:
        cells: Values by column; a column that is missing or null could not be computed.
        reasons: Why, in plain words.
    """

    cells: Mapping[str, float | None] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()

    def __add__(self, other: Comparison) -> Comparison:
        """Put two parts together."""
        return Comparison({**self.cells, **other.cells}, self.reasons + other.reasons)


def compare(
    variant: Arm, control: Arm, metric_type: str, theta: Fraction | None = None
) -> Comparison:
    """Compare a variant with control.

    Args:
        variant: Its users.
        control: The control's.
        metric_type: `conversion` or `count`.
        theta: The factor of the adjustment; nothing where there is none.
    """
    found = _points(variant, control)
    hindered = too_few("", variant) + too_few("control has ", control)
    if hindered:
        return found + Comparison(reasons=hindered)
    method = proportions if metric_type == CONVERSION else means
    estimate = method.compare(variant, control)
    found += Comparison(
        {"ci_low": estimate.ci_low, "ci_high": estimate.ci_high, "p_value": estimate.p_value}
    )
    errors = (method.squared_error(variant), method.squared_error(control))
    if not any(errors):
        return found + Comparison(reasons=("no value varies, neither here nor in control",))
    found += _sequential(variant, control, errors) + _lift_bounds(variant, control, errors)
    return found + _size(variant, control, errors[1]) + _adjustment(variant, control, theta)


def too_few(whose: str, arm: Arm) -> tuple[str, ...]:
    """Say that an arm has too few users to be tested, if so.

    Args:
        whose: What comes before the words.
        arm: The arm.
    """
    return (whose + TOO_FEW[arm.users],) if arm.users in TOO_FEW else ()


def _points(variant: Arm, control: Arm) -> Comparison:
    if not (variant.users and control.users):
        return Comparison()
    difference = variant.exact_mean - control.exact_mean
    if not control.exact_mean:
        return Comparison({"difference": float(difference)}, ("control's mean is 0: no lift",))
    lift = float(difference / control.exact_mean)
    return Comparison({"difference": float(difference), "lift": lift})


def _sequential(variant: Arm, control: Arm, errors: tuple[float, float]) -> Comparison:
    difference = float(variant.exact_mean - control.exact_mean)
    estimate = always_valid(difference, sum(errors), variant.users + control.users)
    return Comparison(
        {
            "sequential_p_value": estimate.p_value,
            "sequential_ci_low": estimate.ci_low,
            "sequential_ci_high": estimate.ci_high,
        }
    )


def _lift_bounds(variant: Arm, control: Arm, errors: tuple[float, float]) -> Comparison:
    if not control.exact_mean:
        return Comparison()
    low, high = lift_interval(
        (float(variant.exact_mean), errors[0]), (float(control.exact_mean), errors[1])
    )
    return Comparison({"lift_ci_low": low, "lift_ci_high": high})


def _size(variant: Arm, control: Arm, error: float) -> Comparison:
    if not error:
        return Comparison(
            reasons=("control does not vary: no power, no minimum detectable effect",)
        )
    deviation = sqrt(error * control.users)
    users = (variant.users, control.users)
    smallest = Comparison(
        {"minimum_detectable_effect": minimum_detectable_effect(deviation, users)}
    )
    if not control.exact_mean:
        return smallest
    power = power_of_relevant_lift(float(control.exact_mean), deviation, users)
    return smallest + Comparison({"power": power})


def _adjustment(variant: Arm, control: Arm, theta: Fraction | None) -> Comparison:
    if theta is None:
        return Comparison(reasons=("nothing varies before assignment: no adjustment",))
    # An adjusted conversion is no longer 0 or 1, so its mean is tested as any other.
    estimate = means.compare(adjusted(variant, theta), adjusted(control, theta))
    cells = {
        "cuped_difference": estimate.difference,
        "cuped_ci_low": estimate.ci_low,
        "cuped_ci_high": estimate.ci_high,
        "cuped_p_value": estimate.p_value,
        "cuped_theta": float(theta),
    }
    exhausted = estimate.p_value is None
    return Comparison(cells, ("no value varies once adjusted: no test",) if exhausted else ())
