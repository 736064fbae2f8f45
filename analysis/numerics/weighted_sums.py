"""Weighted sums of whole numbers over experts in which no digit depends on the order of experts.

Each weight is cut into a leading and a trailing whole number, short enough for floats to add all
products without rounding. Matrix products then are exact, in whatever order they add.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.numerics.squares import Answers, row_blocks

Floats = NDArray[np.float64]
#: Bits of a float's significand, all of which are used by a sum.
_DIGITS = 53
#: Bits of a part of a weight at least: two parts have those of a float.
_LEAST = 26


def bits_of_parts(answers: Answers) -> int | None:
    """Return how long the parts of a weight may be.

    Parameters
    ----------
    answers
        Not changed.

    Returns
    -------
    int or None
        Bits of each part; None where the answers are not whole numbers, or so large or so many that
        two parts would have fewer bits than a float, and without answers.
    """
    most = max(answers.high, -answers.low, 1.0)
    if not most < 1 << _LEAST:  # NaN without answers
        return None
    bits = _DIGITS - int(len(answers.values) * most * most).bit_length()
    return bits if bits >= _LEAST and answers.add_exactly() else None


def weighted_squares(answers: Answers, weights: Floats, bits: int) -> tuple[Floats, Floats]:
    """Return weighted mean and sum of squared deviations of whole numbers.

    Parameters
    ----------
    answers
        Whole numbers. Not changed.
    weights
        Shape (n_experts,), above 0 and at most 1. Not changed.
    bits
        From `bits_of_parts`. The error of a weight is at most 2^(-2·bits - 1).

    Returns
    -------
    tuple of two ndarrays
        Means in the unit of the answers, and sums in its square: 0 or more, exactly 0 where all
        answers are equal. Shape (n_items,) each; NaN for an item without answers.
    """
    unit = 2.0**-bits
    scaled = weights / unit
    leading = np.rint(scaled)
    parts = leading, np.rint((scaled - leading) / unit)
    v0, v1, v2 = _power_sums(answers, parts).astype(np.int64)

    def joined(sums: NDArray[np.int64]) -> Floats:
        result: Floats = (sums[0] + sums[1] * unit) * unit
        return result

    total = joined(v0)
    total[total <= 0] = np.nan
    # From the whole number nearest to the mean, to which they are exact, squares lose no digits:
    # what is taken off them below is at most half.
    base = np.rint(joined(v1) / total)
    near = np.where(total > 0, base, 0.0).astype(np.int64)
    above = joined(v1 - near * v0)
    squares = joined(v2 - near * (2 * v1 - near * v0)) - above * above / total
    return base + above / total, squares


def _power_sums(answers: Answers, parts: tuple[Floats, Floats]) -> Floats:
    """Weighted sums of 1, the answers and their squares, by part: shape (3, 2, n_items)."""
    values, given = answers.values, answers.given
    sums = np.zeros((3, len(parts), values.shape[1]))
    if given is None:
        sums[0] = [[part.sum()] for part in parts]
    room = np.empty_like(values[next(row_blocks(*values.shape))])
    for rows in row_blocks(*values.shape):
        block = values[rows]
        if given is not None:
            block = np.where(given[rows], block, 0.0)
        squares = np.multiply(block, block, out=room[: len(block)])
        for at, part in enumerate(parts):
            if given is not None:
                sums[0, at] += part[rows] @ given[rows]
            sums[1, at] += part[rows] @ block
            sums[2, at] += part[rows] @ squares
    return sums
