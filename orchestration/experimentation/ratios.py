"""Sample-ratio mismatch: whether users were given variants as they were meant to be.

A chi-squared test of users against the planned shares (Fabijan et al. 2019, "Diagnosing Sample
Ratio Mismatch in Online Controlled Experiments", KDD). Below 0.001 something lost or moved users,
and no result of the experiment can be believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum, isnan, nan

from scipy.stats import chisquare  # type: ignore[import-untyped]

TOLERANCE = 1e-6
"""How far the sum of shares may be from 1: a third written as 0.3333333 is meant well."""

SHOWN_CHARACTERS = 50


@dataclass(frozen=True)
class SampleRatio:
    """The test of an experiment's sample ratio.

    Attributes:
        p_value: Of the chi-squared test; null where there is none.
        note: Why there is none, else null.
    """

    p_value: float | None
    note: str | None = None


def sample_ratio(users: Mapping[str, int], allocation: Mapping[str, object] | None) -> SampleRatio:
    """Test users against the planned shares.

    Args:
        users: Number of users by variant, without contaminated ones.
        allocation: Share by variant as the experiment has it, whatever that is.
    """
    shares = _shares(allocation) if allocation else {}
    present = {variant: count for variant, count in users.items() if count}
    hindrance = _hindrance(shares, present)
    if hindrance:
        return SampleRatio(None, hindrance)
    planned = {variant: share for variant, share in shares.items() if share}
    # Shares may miss 1 by the tolerance, which the test itself would not take.
    scale = sum(present.values()) / fsum(planned.values())
    test = chisquare(
        [present.get(variant, 0) for variant in planned],
        [share * scale for share in planned.values()],
    )
    return SampleRatio(float(test.pvalue))


def _shares(allocation: Mapping[str, object]) -> dict[str, float]:
    return {variant: _share(told) for variant, told in allocation.items()}


def _share(told: object) -> float:
    """Read a share, NaN where it is none."""
    # To Python a boolean is a number.
    if isinstance(told, bool) or not isinstance(told, int | float) or told < 0:
        return nan
    # JSON holds integers that no float does; above 1, one is as wrong as another.
    return float(min(told, 2))


def _hindrance(shares: Mapping[str, float], present: Mapping[str, int]) -> str | None:
    """Say why users cannot be tested against the shares, if they cannot."""
    strange = sorted(variant for variant in present if not shares.get(variant))
    if not shares:
        return "no traffic allocation"
    if any(isnan(share) for share in shares.values()):
        return "a share of the traffic allocation is not a number, or negative"
    if abs(fsum(shares.values()) - 1) > TOLERANCE:
        return "the traffic allocation does not sum to 1"
    if sum(map(bool, shares.values())) == 1:
        return "the traffic allocation is one variant's alone"
    if strange:
        return f"users in a variant without a share: {strange[0][:SHOWN_CHARACTERS]}"
    return None if present else "no users"
