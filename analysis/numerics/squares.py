"""Sums of squares in which no digit depends on the order of experts.

Whole numbers are added exactly, in any order; anything else is added with the experts in one order
and from the smallest answer, so that a large offset does not eat the digits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.answers import answers_and_ends
from analysis.numerics.ordering import expert_order

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
#: Floats add whole numbers exactly below this.
_EXACT = 2.0**53
#: Cells copied at once: a copy then stays in the processor's cache.
_BLOCK = 1 << 14


class Answers(NamedTuple):
    """Ratings that were looked at once: their ends, and whether any is missing."""

    #: shape (n_experts, n_items)
    values: Floats
    #: which cells are answers, whatever stands in the others; None = all
    given: Mask | None
    #: smallest answer; NaN without answers
    low: float
    #: largest answer; NaN without answers
    high: float

    def add_exactly(self) -> bool:
        """Tell whether floats add these answers and their squares without rounding.

        Returns
        -------
        bool
            True for whole numbers small enough that n_experts times any sum of squares is exact.
        """
        most = max(self.high, -self.low)
        if not most * most * self.values.size * len(self.values) < _EXACT:
            return False
        for part in row_blocks(*self.values.shape):
            block = self.values[part]
            whole = block == np.rint(block)
            if not (whole if self.given is None else whole[self.given[part]]).all():
                return False
        return True

    def counts(self) -> NDArray[np.int64]:
        """Count the answers to each item.

        Returns
        -------
        ndarray of int64, shape (n_items,)
            From 0 to n_experts.
        """
        if self.given is None:
            return np.full(self.values.shape[1], len(self.values))
        counts: NDArray[np.int64] = self.given.sum(axis=0)
        return counts


class ExactSums(NamedTuple):
    """Sums of the answers to each item, and of their squares, without rounding."""

    #: sum of the answers, in the unit of the ratings, shape (n_items,)
    sums: Floats
    #: sum of their squares, in the square of the unit, shape (n_items,)
    squares: Floats

    def deviations(self, n: NDArray[np.int64] | int) -> Floats:
        """Return the sum of squared deviations from the mean of each item, rounded once.

        Parameters
        ----------
        n
            Answers to each item, shape (n_items,), or to every item alike; at least 1.

        Returns
        -------
        ndarray, shape (n_items,)
            0 or more, exactly 0 where all answers are equal.
        """
        result: Floats = n * self.squares - self.sums * self.sums
        result /= n
        return result


class ItemSquares(NamedTuple):
    """Mean and spread of the answers to each item."""

    #: what the means are reckoned from, in the unit of the ratings
    base: float
    #: mean of each item above the base, shape (n_items,)
    means: Floats
    #: sum of squared deviations from the mean, 0 or more, shape (n_items,)
    squares: Floats


def look_at(ratings: Floats) -> Answers:
    """Return the ratings with their ends and gaps, or refuse them.

    Parameters
    ----------
    ratings
        Shape (n_experts, n_items); NaN = no answer. Not changed.

    Returns
    -------
    Answers
        The same values, not always a copy.

    Raises
    ------
    ValueError
        As `analysis.answers.answer_matrix`.
    """
    values, low, high = answers_and_ends(ratings)
    gaps = bool(values.size) and math.isnan(values.min())
    given = ~np.isnan(values) if gaps else None
    return Answers(values, given, low, high)


def row_blocks(rows: int, columns: int) -> Iterator[slice]:
    """Yield slices of rows that are small enough to be copied within the processor's cache.

    Parameters
    ----------
    rows, columns
        Size of the matrix.

    Yields
    ------
    slice
        Together every row once, ascending.
    """
    step = max(1, _BLOCK // max(1, columns))
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))


def exact_sums(answers: Answers) -> ExactSums:
    """Add the answers to each item and their squares.

    Parameters
    ----------
    answers
        Whole numbers of which `add_exactly` is true. Not changed.

    Returns
    -------
    ExactSums
        In the unit of the ratings and its square.
    """
    values = answers.values
    if answers.given is not None:
        values = np.where(answers.given, values, 0.0)
    return ExactSums(values.sum(axis=0), np.einsum("ij,ij->j", values, values))


def item_squares(answers: Answers) -> ItemSquares:
    """Return mean and sum of squared deviations of the answers to each item.

    Parameters
    ----------
    answers
        With at least one to each item. Not changed.

    Returns
    -------
    ItemSquares
        In the unit of the ratings and its square.
    """
    values, given = answers.values, answers.given
    n = len(values) if given is None else answers.counts()
    if answers.add_exactly():
        exact = exact_sums(answers)
        return ItemSquares(0.0, exact.sums / n, exact.deviations(n))
    order = expert_order(values)
    sums, squares = np.zeros((2, values.shape[1]))
    for part in row_blocks(*values.shape):
        rows = values[order[part]] - answers.low
        sums += _without_gaps(rows, given, order[part]).sum(axis=0)
    means: Floats = sums / n
    for part in row_blocks(*values.shape):
        rows = values[order[part]] - answers.low
        rows -= means
        squares += np.einsum("ij,ij->j", _without_gaps(rows, given, order[part]), rows)
    return ItemSquares(answers.low, means, squares)


def _without_gaps(rows: Floats, given: Mask | None, experts: NDArray[np.int64]) -> Floats:
    """Put 0 where these experts gave no answer, in place."""
    if given is not None:
        rows[~given[experts]] = 0.0
    return rows
