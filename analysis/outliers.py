"""Values far from the others: robust z, and Grubbs' test for one outlier in an item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.answers import answer_matrix
from analysis.numerics.ordering import sum_over_experts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Makes the median absolute deviation an estimate of a normal standard deviation.
MAD_TO_SD = 1.4826
#: Values with fewer others than this have no robust z.
LEAST_VALUES = 3
#: A spread this small beside the values themselves is what floats add to equal numbers.
_NOTHING = 1e-12


@dataclass(frozen=True, eq=False)
class Grubbs:
    """Grubbs' test of each item, arrays of shape (n_items,); NaN where undefined."""

    #: answers given
    n: Ints
    #: largest distance from the mean in standard deviations, 0..(n-1)/sqrt(n); undefined with fewer
    #: than three answers or where all are equal
    g: Floats
    #: value that G of so many normal answers exceeds with a probability of 5 %
    critical: Floats
    #: which answers are the farthest ones of an item whose G exceeds it, shape (n_experts, n_items)
    flagged: NDArray[np.bool_]


def robust_z(values: Floats) -> Floats:
    """Return the distance of each value from the median, in robust standard deviations.

    z = (x - median) / (1.4826 · MAD), MAD being the median of the distances from the median: one
    far value moves neither.

    Parameters
    ----------
    values
        Shape (n,); NaN = no value. Not changed.

    Returns
    -------
    ndarray
        Shape (n,), with the sign of the distance. NaN for a missing value, and for all with fewer
        than three values or where more than half of them are equal (MAD 0).

    References
    ----------
    Leys, Ley, Klein, Bernard & Licata 2013.
    """
    values = np.asarray(values, np.float64)
    undefined = np.full(values.shape, np.nan)
    known = values[~np.isnan(values)]
    if len(known) < LEAST_VALUES:
        return undefined
    middle = float(np.median(known))
    mad = float(np.median(np.abs(known - middle)))
    if mad <= _NOTHING * float(np.abs(known).max()):
        return undefined
    z: Floats = (values - middle) / (MAD_TO_SD * mad)
    return z


def grubbs_critical(n: Ints, *, level: float = 0.05, two_sided: bool = True) -> Floats:
    """Return what the largest of n standardised normal values exceeds with a given probability.

    G = (n-1)/sqrt(n) · sqrt(t² / (n - 2 + t²)) with t the quantile of Student's t on n-2 degrees
    of freedom that `level`/(2n) lies above (two-sided), or `level`/n (one-sided).

    Parameters
    ----------
    n
        Numbers of values, shape (...).
    level
        Probability of exceeding it, above 0 and below 1.
    two_sided
        Whether the farthest value may lie on either side.

    Returns
    -------
    ndarray
        Shape (...), below (n-1)/sqrt(n); NaN for fewer than three values.

    Raises
    ------
    ValueError
        If `level` is not a probability.

    References
    ----------
    Grubbs 1969.
    """
    from scipy import special  # loading it takes longer than any figure here

    if not 0 < level < 1:
        raise ValueError(f"a level of {level}, expected one between 0 and 1")
    counts = np.asarray(n, np.float64)
    result = np.full(counts.shape, np.nan)
    enough = counts > 2
    m = counts[enough]
    t = special.stdtrit(m - 2, level / (m * (2 if two_sided else 1)))
    result[enough] = (m - 1) / np.sqrt(m) * np.sqrt(t**2 / (m - 2 + t**2))
    return result


def grubbs(values: Floats, *, level: float = 0.05) -> Grubbs:
    """Test for each item whether the answer farthest from the mean is too far: G = max |x - x̄| / s.

    Parameters
    ----------
    values
        Shape (n_experts, n_items); NaN = no answer. Not changed.
    level
        Probability of a flag on an item whose answers are normal; two-sided.

    Returns
    -------
    Grubbs
        At most one side of an item is flagged; equal answers are flagged together. On a scale of
        few steps it fires on legitimate dissent.

    Raises
    ------
    ValueError
        If `values` is not a matrix or `level` is not a probability.

    References
    ----------
    Grubbs 1969.
    """
    answers = answer_matrix(values)
    n = np.count_nonzero(~np.isnan(answers), axis=0)
    mean, sd = _moments(answers, n)
    away = np.abs(answers - mean)
    farthest = np.where(n > 0, np.nan_to_num(away, nan=-1.0).max(axis=0, initial=-1.0), np.nan)
    usable = (n > 2) & (sd > _NOTHING * np.abs(mean))
    g = np.full(len(n), np.nan)
    np.divide(farthest, sd, out=g, where=usable)
    critical = grubbs_critical(n, level=level)
    beyond = np.zeros(len(n), np.bool_)
    np.greater(g, critical, out=beyond, where=usable)
    flagged = beyond & (away >= farthest * (1 - _NOTHING))
    return Grubbs(n=n, g=g, critical=critical, flagged=flagged)


def _moments(answers: Floats, n: Ints) -> tuple[Floats, Floats]:
    """Mean and SD (n-1) of each column."""
    given = ~np.isnan(answers)
    mean = np.full(len(n), np.nan)
    total = sum_over_experts(np.where(given, answers, 0.0))
    np.divide(total, n, out=mean, where=n > 0)
    variance = np.full(len(n), np.nan)
    squares = sum_over_experts(np.where(given, (answers - mean) ** 2, 0.0))
    np.divide(squares, n - 1, out=variance, where=n > 1)
    return mean, np.sqrt(variance)
