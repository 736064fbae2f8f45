"""What may be called the answers of a panel: the one look at them before any figure."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Larger answers overflow when they are squared and added; no scale comes near.
LARGEST = 1e100


def answer_matrix(values: Any, *, negative: bool = True) -> Floats:
    """Return answers as a matrix of floats, or refuse them.

    Parameters
    ----------
    values
        Shape (n_experts, n_items), an array or nested lists of numbers; NaN, None or a masked cell
        = no answer. Not changed.
    negative
        Whether answers below 0 are allowed.

    Returns
    -------
    ndarray of float64
        Not always a copy.

    Raises
    ------
    ValueError
        If it is not a matrix of numbers, holds an infinite value or one beyond 1e100, or a
        negative one that is not allowed.
    """
    return answers_and_ends(values, negative=negative)[0]


def answers_and_ends(values: Any, *, negative: bool = True) -> tuple[Floats, float, float]:
    """Return answers as `answer_matrix` does, with the smallest and the largest of them.

    Parameters
    ----------
    values, negative
        As there.

    Returns
    -------
    tuple
        The matrix and its ends, NaN without answers.

    Raises
    ------
    ValueError
        As there.
    """
    matrix = _floats(values)
    if matrix.ndim != 2:
        raise ValueError("answers must be a matrix of experts x items")
    if not matrix.size:
        return matrix, math.nan, math.nan
    low, high = float(np.fmin.reduce(matrix, axis=None)), float(np.fmax.reduce(matrix, axis=None))
    if max(high, -low) > LARGEST:
        raise ValueError(f"an answer of {max(high, low, key=abs):g}: infinite or beyond 1e100")
    if not negative and low < 0:
        raise ValueError(f"a negative answer: {low:g}")
    return matrix, low, high


def _floats(values: Any) -> Floats:
    if isinstance(values, np.ma.MaskedArray):
        return np.ma.filled(values.astype(np.float64), math.nan)
    try:
        return np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise ValueError("answers must be numbers, with NaN where there is none") from None
