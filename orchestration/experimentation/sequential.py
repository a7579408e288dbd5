"""Always-valid inference: a p-value and an interval that may be looked at every day.

A fixed-horizon test calls 5 % of ineffective experiments when it is looked at once, and far more
when it is looked at until it calls one (Johari, Koomen, Pekelis and Walsh 2017, "Peeking at A/B
Tests", KDD; 2022, "Always Valid Inference", Operations Research 70). Here stands the asymptotic
confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2021, "Time-uniform central
limit theory and asymptotic confidence sequences" (arXiv 2103.06476, the Gaussian mixture): with
probability 1 - a it holds the difference at all times at once, given enough users. With n users in
both arms and v the variance of the difference, its half-width is

    sqrt(2 v (n ρ² + 1) / (n ρ²) · ln(sqrt(n ρ² + 1) / a))

and its p-value is 1 / e, where e is the e-value of no effect:

    e = exp(ρ² n difference² / (2 v (n ρ² + 1))) / sqrt(n ρ² + 1)

One is the other solved for a: p < 0.05 where the 95 % interval excludes 0.
"""

from __future__ import annotations

from math import exp, log, sqrt

from orchestration.experimentation.estimates import ALPHA, Estimate, interval

TUNED_FOR = 5000
"""Users at which the interval is tightest (N*), as practitioners choose. A smaller number decides
large effects sooner, a larger one small effects; any is valid that is chosen beforehand."""

RHO_SQUARED = (-2 * log(ALPHA) + log(-2 * log(ALPHA) + 1)) / TUNED_FOR
"""ρ² that makes the interval of that many users as narrow as any, to the first order (ibid.)."""


def always_valid(difference: float, variance: float, users: int) -> Estimate:
    """Bound a difference at all times at once.

    Args:
        difference: Variant minus control.
        variance: Variance of the difference, above 0.
        users: In both arms.
    """
    information = users * RHO_SQUARED
    log_e_value = (
        information * difference**2 / (2 * variance * (information + 1)) - log(information + 1) / 2
    )
    boundary = 2 * (log(information + 1) / 2 - log(ALPHA))
    low, high = interval(difference, sqrt(variance * boundary * (information + 1) / information))
    return Estimate(difference, low, high, min(1.0, exp(-log_e_value)))
