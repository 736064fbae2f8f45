"""Normalisation: values of any unit become multiples of their threshold.

Benefit indicators: ``z = x / T``. Cost indicators: ``z = (T - x) / (T - L)``, so that the threshold
T gives 0 and the lower bound L gives 1. Nothing is cut off unless `cap` is called.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def normalise(values: Floats, upper: Floats, lower: Floats) -> Floats:
    """Normalise every cell by its indicator's threshold.

    Parameters
    ----------
    values
        Shape (n_unit_years, n_leaves), in the units of the data; NaN = missing.
    upper
        Thresholds, positive: shape (n_leaves,), or (n_unit_years, n_leaves) when they differ by
        year.
    lower
        Shape (n_leaves,): the value of a cost indicator that counts as 1, below its threshold; NaN
        for benefit indicators.

    Returns
    -------
    ndarray
        Same shape as `values`: 1 = at the threshold (cost: at the lower bound). Above 1 and below 0
        are possible. Missing stays missing.
    """
    cost = ~np.isnan(lower)
    if not cost.any():
        return np.asarray(values / upper)
    offset = np.where(cost, upper, 0.0)
    scale = np.where(cost, lower - upper, upper)
    return np.asarray((values - offset) / scale)


def cap(normalised: Floats, lower: Floats) -> Floats:
    """Cut normalised cells at 1, and those of cost indicators at 0 also.

    The floor holds for cost indicators only, because a value beyond their threshold says no more
    than the threshold itself, while a negative benefit value (a falling amount) is real.

    Parameters
    ----------
    normalised
        Shape (n_unit_years, n_leaves), from `normalise`; NaN = missing, stays missing.
    lower
        Shape (n_leaves,), as for `normalise`.

    Returns
    -------
    ndarray
        Same shape, at most 1; `normalised` itself is not changed.
    """
    capped = np.minimum(normalised, 1.0)
    cost = ~np.isnan(lower)
    if cost.any():
        capped[:, cost] = np.maximum(capped[:, cost], 0.0)
    return capped


def capped_cells(normalised: Floats) -> NDArray[np.bool_]:
    """Tell which cells lie above 1, the ones that `cap` cuts from above.

    Parameters
    ----------
    normalised
        Shape (n_unit_years, n_leaves), from `normalise`; NaN = missing.

    Returns
    -------
    ndarray of bool
        Same shape; a missing cell is False.
    """
    return np.asarray(normalised > 1.0)
