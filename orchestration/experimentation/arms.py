"""The users of one variant, as sums of a metric: all that any estimate here knows of them.

What flows through: a row of sums in, means and (co)variances out.
Belongs here: the arithmetic of sums, exact. Does not belong here: any test.

Sums are kept as fractions, since the variance of large values is the small difference of two large
numbers: floats would lose it, and could not tell a variance of zero from one that is nearly so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Arm:
    """Sufficient statistics of one variant for one metric.

    Attributes:
        users: Number of users, without contaminated ones.
        sum_y: Sum of the metric's value since assignment, over users.
        sum_y_squared: Sum of its square.
        sum_x: Sum of the same value in the days before assignment.
        sum_x_squared: Sum of its square.
        sum_xy: Sum of the products.
    """

    users: int
    sum_y: Fraction
    sum_y_squared: Fraction
    sum_x: Fraction = Fraction(0)
    sum_x_squared: Fraction = Fraction(0)
    sum_xy: Fraction = Fraction(0)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Arm:
        """Read an arm from a row of sums.

        Args:
            row: The attributes by name; a sum over no user may be null.
        """
        sums = ("sum_y", "sum_y_squared", "sum_x", "sum_x_squared", "sum_xy")
        return cls(int(row["users"]), *(Fraction(row[name] or 0) for name in sums))

    @property
    def exact_mean(self) -> Fraction:
        """Mean of y; of no users there is none."""
        return self.sum_y / self.users

    @property
    def exact_variance(self) -> Fraction:
        """Sample variance of y (n - 1); it takes two users."""
        return self.scatter(self.sum_y_squared, self.sum_y, self.sum_y) / (self.users - 1)

    @property
    def mean(self) -> float | None:
        """Mean of y, null without users."""
        return float(self.exact_mean) if self.users else None

    @property
    def variance(self) -> float | None:
        """Sample variance of y (n - 1), null below two users."""
        return float(self.exact_variance) if self.users > 1 else None

    def scatter(self, products: Fraction, left: Fraction, right: Fraction) -> Fraction:
        """Sum of products of deviations from the mean.

        Args:
            products: Sum of left x right, over users.
            left: Sum of one value.
            right: Sum of the other, or of the same again.
        """
        return products - left * right / self.users
