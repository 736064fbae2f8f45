"""Shares that sum to 1: closure, zeros, log-ratios and distances between weight vectors.

Weights are compositions: if one share rises another must fall. Distances are therefore taken either
in the units of what is published (points that would have to be moved) or on the ratios.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def closure(values: Floats) -> Floats:
    """Divide each vector by its total.

    Parameters
    ----------
    values
        Points or weights, shape (..., n_items), not negative; NaN = no answer. Not changed.

    Returns
    -------
    ndarray
        Shares of 1 of the same shape. A vector with a missing cell, and one whose total is not
        positive, is NaN throughout.
    """
    points = np.asarray(values, np.float64)
    result: Floats = points / share_totals(points)[..., None]
    result += 0.0  # turns the -0.0 of a cell "-0" into 0.0
    return result


def share_totals(values: Floats) -> Floats:
    """Return the totals by which `closure` divides.

    Parameters
    ----------
    values
        As for `closure`. Not changed.

    Returns
    -------
    ndarray
        Shape (...), in the unit of the values, above 0; NaN where there are no shares.
    """
    totals = np.asarray(values, np.float64).sum(axis=-1)
    result: Floats = np.where((totals > 0) & (totals < np.inf), totals, np.nan)
    return result


def replace_zeros(shares: Floats, zero: float) -> Floats:
    """Put a small share in the place of each zero, and keep the total (multiplicative replacement).

    In a vector with c zeros each becomes `zero` and the other shares are multiplied by
    1 - c·zero, which leaves their ratios as they are.

    Parameters
    ----------
    shares
        Shape (..., n_items), each vector summing to 1. Not changed.
    zero
        The replacement, a share of 1 above 0.

    Returns
    -------
    ndarray
        Same shape, every share above 0; NaN where `shares` is NaN.

    Raises
    ------
    ValueError
        If `zero` is not positive, or leaves nothing for the other items of a vector.

    References
    ----------
    Martín-Fernández, Barceló-Vidal & Pawlowsky-Glahn 2003.
    """
    zeros = shares == 0
    rest = 1.0 - zero * zeros.sum(axis=-1, keepdims=True)
    if zero <= 0 or (rest <= 0).any():
        raise ValueError(f"a zero replaced by {zero:g} leaves nothing for the other items")
    result: Floats = np.where(zeros, zero, shares * rest)
    return result


def centred_log_ratio(shares: Floats) -> Floats:
    """Return log(w_j) minus the mean log of the vector: clr coordinates.

    Parameters
    ----------
    shares
        Shape (..., n_items), all above 0; see `replace_zeros`. Any total. Not changed.

    Returns
    -------
    ndarray
        Same shape; each vector sums to 0. NaN throughout where a share is 0 or missing.

    References
    ----------
    Aitchison 1986.
    """
    values = np.asarray(shares, np.float64)
    positive = (values > 0).all(axis=-1, keepdims=True)
    logs = np.log(np.where(positive, values, 1.0))
    centred = logs - logs.mean(axis=-1, keepdims=True)
    result: Floats = np.where(positive, centred, np.nan)
    return result


def aitchison_distance(first: Floats, second: Floats) -> Floats:
    """Return the Euclidean distance between two weight vectors in clr coordinates.

    Parameters
    ----------
    first, second
        Shapes (..., n_items) that broadcast, all shares above 0. Not changed.

    Returns
    -------
    ndarray
        Shape (...), from 0 up, without a unit; NaN where a share is 0 or missing. A distance of
        ratios: one point more or less counts far more on a small share than on a large one.

    References
    ----------
    Aitchison 1986.
    """
    shares = np.stack(np.broadcast_arrays(first, second))
    coordinates = centred_log_ratio(shares)
    result: Floats = np.sqrt(np.square(coordinates[0] - coordinates[1]).sum(axis=-1))
    return result


def total_variation(first: Floats, second: Floats) -> Floats:
    """Return half the sum of absolute differences: what would have to be moved.

    Parameters
    ----------
    first, second
        Shapes (..., n_items) that broadcast, in one unit (shares or points). Not changed.

    Returns
    -------
    ndarray
        Shape (...), in that unit: 0 for equal vectors, the whole total for disjoint ones. NaN where
        a cell is missing.
    """
    difference = np.abs(np.asarray(second, np.float64) - np.asarray(first, np.float64))
    result: Floats = difference.sum(axis=-1) / 2
    return result
