"""Weights that follow from comparisons, as people read them: tenths that add up to 100."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from analysis.rounding import largest_remainder

STEP = Fraction(1, 10)


def in_tenths(points: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Return points of 100 to one decimal, so that they still add up to 100.

    Parameters
    ----------
    points
        Points in the order of the items, one of them above 0; among equal remainders the earlier
        item gets the tenth that is left over.
    """
    return largest_remainder(points, STEP).rounded
