"""What a comparison of two arms gives, and the level that all of them share."""

from __future__ import annotations

from dataclasses import dataclass

ALPHA = 0.05
"""Two-sided: intervals hold 95 %, a p-value below it is significant."""


@dataclass(frozen=True)
class Estimate:
    """A variant against control.

    Attributes:
        difference: Variant minus control.
        ci_low: Lower end of the 95 % interval of the difference; null where there is none.
        ci_high: Upper end.
        p_value: Two-sided; null where there is no test.
    """

    difference: float
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None


def interval(middle: float, half_width: float) -> tuple[float, float]:
    """Put an interval around an estimate.

    Args:
        middle: The estimate.
        half_width: Half the interval's width.
    """
    return middle - half_width, middle + half_width
