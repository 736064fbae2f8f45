"""Several tests at once: p-values adjusted so that the chance of any false alarm stays in hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def holm(p_values: Sequence[float | None] | Floats) -> Floats:
    """Adjust the p-values of a family of tests by Holm's step-down rule.

    The k p-values in ascending order are multiplied by k, k-1, ..., 1, cut at 1, and none may fall
    below the one before it. Rejecting where the adjusted p is at most α keeps the probability of
    one or more false rejections at α, whatever the dependence between the tests.

    Parameters
    ----------
    p_values
        Shape (n_tests,), each in [0, 1]; None or NaN = a test without a p. Not changed.

    Returns
    -------
    ndarray of float64, shape (n_tests,)
        Adjusted p-values in [0, 1], in the order given, each at least as large as its p. A test
        without a p stays NaN and does not count towards k.

    Raises
    ------
    ValueError
        If `p_values` is not one row of numbers in [0, 1].

    References
    ----------
    Holm 1979.
    """
    p = np.array(p_values, np.float64)  # None becomes NaN
    if p.ndim != 1 or ((p < 0) | (p > 1)).any():
        raise ValueError("p-values are one row of numbers from 0 to 1")
    tests = int(np.count_nonzero(~np.isnan(p)))
    order = np.argsort(p, kind="stable")[:tests]  # NaN stands behind all numbers
    steps = np.minimum(np.arange(tests, 0, -1) * p[order], 1.0)
    adjusted = np.full(p.size, np.nan)
    adjusted[order] = np.maximum.accumulate(steps)
    return adjusted
