"""Pairwise comparisons of one expert: weights, and how far the judgments contradict each other.

Every function takes leading batch dimensions, so that a panel is one call; the figures of a matrix
do not depend on which others stand beside it. NaN = not compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.elicitation.pairwise_matrix import (
    RECIPROCITY,
    check_matrices,
    redundant_comparisons,
)
from analysis.simplex import closure

Floats = NDArray[np.float64]

#: Consistency index of random matrices of order 3, 4, ... 15: tables that are in use.
RANDOM_INDEX = {
    "saaty_1980": (
        *(0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59),
    ),
    "saaty_2005": (
        *(0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59),
    ),
    # The mean largest eigenvalue of random matrices is about 2.7699 n - 4.3513.
    "alonso_lamata": tuple((2.7699 * n - 4.3513 - n) / (n - 1) for n in range(3, 16)),
}
DEFAULT_RANDOM_INDEX = "saaty_1980"
#: A power iteration ends when the bounds of the eigenvalue are this close, relative to it and times
#: the order; where that takes more steps, LAPACK takes over.
_TOLERANCE = 8 * float(np.finfo(np.float64).eps)
_MOST_STEPS = 40
#: Bounds wider than this after the first steps will not meet in time.
_FIRST_STEPS, _HOPEFUL = 10, 1e-3
#: A judgment within 1 % of the implied one agrees with it: typing 0.33 for 1/3 is no contradiction.
_AGREES = RECIPROCITY


@dataclass(frozen=True, eq=False)
class Pairwise:
    """Weights and consistency of pairwise matrices of one order, each figure of shape (...)."""

    #: principal eigenvector, shape (..., n_items), shares of 1
    weights_eigenvector: Floats
    #: row geometric means, on an incomplete matrix log least squares; same shape, shares of 1
    weights_rgmm: Floats
    #: largest eigenvalue, from n_items up for a reciprocal matrix
    lambda_max: Floats
    #: consistency index, from 0 up
    ci: Floats
    #: consistency ratio, `ci` by the random index, from 0 up; NaN above 15 items
    cr: Floats
    #: geometric consistency index, from 0 up
    gci: Floats
    #: pairs that were not compared
    missing: NDArray[np.int64]
    #: compared pairs beyond the n - 1 that weights need; where 0, ci, cr and gci say nothing
    redundant: NDArray[np.int64]
    #: random index that `cr` rests on; None up to 2 and above 15 items
    random_index: float | None
    #: None, or figure → code of why it is undefined: `cr` → `no_random_index`
    reason: dict[str, str] | None


@dataclass(frozen=True)
class InconsistentPair:
    """A judgment that lies far from what the weights say."""

    #: positions of the two items, the earlier one first
    items: tuple[int, int]
    #: the judgment: how many times as important the first is as the second
    given: float
    #: the same ratio by the weights
    implied: float
    #: `too_high` if the given ratio is above the implied one, else `too_low`
    direction: str


def pairwise(matrices: Floats, *, random_index: str = DEFAULT_RANDOM_INDEX) -> Pairwise:
    """Return weights and consistency of pairwise comparison matrices.

    CI = (lambda_max - n) / (n - 1), cut off at 0; CR = CI / RI. See `eigenvector_weights`,
    `rgmm_weights`, `geometric_consistency_index` for the others. Where no comparison is redundant,
    as with two items, CI, CR and GCI are 0 whatever was answered: `redundant` tells.

    Parameters
    ----------
    matrices
        Shape (..., n_items, n_items) as `check_matrices` takes them; NaN = not compared. Not
        changed.
    random_index
        A table of `RANDOM_INDEX`. The choice changes CR of three items by up to 20 %.

    Returns
    -------
    Pairwise
        CR above 15 items, where the tables end, is NaN with a reason. CR of an incomplete matrix
        is measured against random complete ones and leans low.

    Raises
    ------
    ValueError
        For an unusable matrix or another table.

    References
    ----------
    Saaty 1980; Saaty 2005; Alonso & Lamata 2006 (random index); Harker 1987 (incomplete).
    """
    values = check_matrices(matrices)
    n = values.shape[-1]
    index = random_index_of(n, random_index)
    logs = _log_weights(values)
    weights, lambda_max = _perron(values, logs)
    redundant = redundant_comparisons(values)
    ci = np.where(redundant > 0, np.maximum(lambda_max - n, 0.0) / max(n - 1, 1), 0.0)
    divisor = 1.0 if n <= 2 else np.nan if index is None else index
    return Pairwise(
        weights_eigenvector=weights,
        weights_rgmm=_shares(logs),
        lambda_max=lambda_max,
        ci=ci,
        cr=np.asarray(ci / divisor),
        gci=_gci(values, logs, redundant),
        missing=np.asarray((n - 1) * (n - 2) // 2 - redundant),
        redundant=redundant,
        random_index=index,
        reason={"cr": "no_random_index"} if n > 15 else None,
    )


def random_index_of(n_items: int, table: str = DEFAULT_RANDOM_INDEX) -> float | None:
    """Return the mean consistency index of random matrices of one order.

    Parameters
    ----------
    n_items
        Order of the matrix, at least 1.
    table
        `saaty_1980`, `saaty_2005`, or `alonso_lamata`: (1.7699 n - 4.3513) / (n - 1).

    Returns
    -------
    float or None
        Above 0; None outside 3..15 items.

    Raises
    ------
    ValueError
        For another table.

    References
    ----------
    Saaty 1980; Saaty 2005; Alonso & Lamata 2006.
    """
    if table not in RANDOM_INDEX:
        raise ValueError(f"no random index {table!r}: choose from {', '.join(RANDOM_INDEX)}")
    return RANDOM_INDEX[table][n_items - 3] if 3 <= n_items <= 15 else None


def rgmm_weights(matrices: Floats) -> Floats:
    """Return the weights of the row geometric mean method, which is log least squares.

    Complete: w_i in proportion to (a_i1 · ... · a_in)^(1/n). Incomplete: the theta that minimises
    the sum of (ln a_ij - theta_i + theta_j)² over the compared pairs solves L theta = b, L the
    Laplacian of the graph of comparisons and b_i the sum of ln a_ij; w = exp(theta), closed.

    Parameters
    ----------
    matrices
        Shape (..., n_items, n_items) as `check_matrices` takes them; NaN = not compared. Not
        changed.

    Returns
    -------
    ndarray
        Shape (..., n_items), shares of 1, each above 0.

    Raises
    ------
    ValueError
        For an unusable matrix.

    References
    ----------
    Crawford & Williams 1985; Bozóki, Fülöp & Rónyai 2010 (incomplete).
    """
    return _shares(_log_weights(check_matrices(matrices)))


def eigenvector_weights(matrices: Floats) -> tuple[Floats, Floats]:
    """Return the principal right eigenvector and the largest eigenvalue: A w = lambda_max w.

    In an incomplete matrix each missing cell becomes 0 and each diagonal cell 1 + the number of
    missing cells in its row: the same as putting w_i/w_j into the gaps (Harker's method). The power
    iteration runs on a_ij w_j / w_i with the row geometric means as w, which is all ones for a
    consistent matrix, until the bounds of Collatz and Wielandt on lambda_max are n · 1.8e-15 apart,
    relative to it; matrices whose bounds close too slowly for 40 steps go to LAPACK.

    Parameters
    ----------
    matrices
        Shape (..., n_items, n_items) as `check_matrices` takes them; NaN = not compared. Not
        changed.

    Returns
    -------
    weights : ndarray
        Shape (..., n_items), shares of 1, each above 0.
    lambda_max : ndarray
        Shape (...); n_items for a consistent matrix, above it otherwise.

    Raises
    ------
    ValueError
        For an unusable matrix.

    References
    ----------
    Saaty 1980; Harker 1987.
    """
    values = check_matrices(matrices)
    return _perron(values, _log_weights(values))


def geometric_consistency_index(matrices: Floats) -> Floats:
    """Return the GCI: the mean square of ln(a_ij w_j / w_i) a redundant comparison.

    2 / ((n-1)(n-2)) times the sum over the pairs of a complete matrix, w from `rgmm_weights`: the
    unbiased variance of the log judgments around the weights. On an incomplete matrix the sum runs
    over the compared pairs and is divided by their number less n - 1. Usual limits: 0.31 for three
    items, 0.35 for four, 0.37 above.

    Parameters
    ----------
    matrices
        Shape (..., n_items, n_items) as `check_matrices` takes them; NaN = not compared. Not
        changed.

    Returns
    -------
    ndarray
        Shape (...), from 0 up; 0 where no comparison is redundant, as with two items.

    Raises
    ------
    ValueError
        For an unusable matrix.

    References
    ----------
    Crawford & Williams 1985; Aguarón & Moreno-Jiménez 2003 (limits).
    """
    values = check_matrices(matrices)
    return _gci(values, _log_weights(values), redundant_comparisons(values))


def inconsistent_pairs(matrix: Floats, *, most: int = 3) -> tuple[InconsistentPair, ...]:
    """Return the judgments that lie farthest from the weights, the worst first.

    Farthest by |ln(a_ij w_j / w_i)|, w from `rgmm_weights`: what an expert who wants to be more
    consistent looks at first. Not an error list: the expert may mean it.

    Parameters
    ----------
    matrix
        Shape (n_items, n_items) as `check_matrices` takes it; NaN = not compared. Not changed.
    most
        How many at most.

    Returns
    -------
    tuple of InconsistentPair
        Without judgments that are within 1 % of the weights, so empty for a consistent matrix; of
        equally distant ones the earlier items come first.

    Raises
    ------
    ValueError
        For an unusable matrix, or if `matrix` is not one matrix.
    """
    values = check_matrices(matrix)
    if values.ndim != 2:
        raise ValueError("one matrix of items x items is needed")
    logs = _log_weights(values)
    first, second = np.triu_indices(len(values), 1)
    distance = _log_residuals(values, logs)[first, second]
    # Rounded, so that equal distances stay equal after floats; a missing pair agrees.
    size = np.round(np.abs(np.where(np.isnan(distance), 0.0, distance)), 9)
    order = np.argsort(-size, kind="stable")[:most]
    return tuple(
        InconsistentPair(
            items=(int(first[at]), int(second[at])),
            given=float(values[first[at], second[at]]),
            implied=float(np.exp(logs[first[at]] - logs[second[at]])),
            direction="too_high" if distance[at] > 0 else "too_low",
        )
        for at in order
        if size[at] > _AGREES
    )


def _shares(logs: Floats) -> Floats:
    return closure(np.exp(logs - logs.max(axis=-1, keepdims=True)))


def _log_weights(values: Floats) -> Floats:
    """Log least squares; shape (..., n), up to a constant in each matrix."""
    missing = np.isnan(values)
    logs = np.log(np.where(missing, 1.0, values))
    result = np.asarray(logs.mean(axis=-1))
    gaps = missing.any(axis=(-2, -1))
    if gaps.any():
        n = values.shape[-1]
        given = (~missing[gaps]).astype(np.float64)
        laplacian = np.eye(n) * given.sum(axis=-1)[..., None] - given
        # Adding a constant matrix picks the solution that sums to 0 and leaves the ratios alone.
        solved = np.linalg.solve(laplacian + 1 / n, logs[gaps].sum(axis=-1)[..., None])
        result[gaps] = solved[..., 0]
    return result


def _log_residuals(values: Floats, logs: Floats) -> Floats:
    """ln(a_ij w_j / w_i); NaN where not compared."""
    result: Floats = np.log(values) + logs[..., None, :] - logs[..., :, None]
    return result


def _gci(values: Floats, logs: Floats, redundant: NDArray[np.int64]) -> Floats:
    residuals = _log_residuals(values, logs)
    # Half the sum over both cells of each pair, so that no item order is preferred.
    squares = np.where(np.isnan(residuals), 0.0, residuals**2).sum(axis=(-2, -1)) / 2
    return np.where(redundant > 0, squares / np.maximum(redundant, 1), 0.0)


def _perron(values: Floats, logs: Floats) -> tuple[Floats, Floats]:
    n = values.shape[-1]
    scaled = np.exp(_log_residuals(values, logs)).reshape(-1, n, n)
    missing = np.isnan(scaled)
    scaled[missing] = 0.0
    scaled[:, range(n), range(n)] += missing.sum(axis=-1)
    vectors, roots = _power_iteration(scaled)
    slow = np.isnan(roots)
    if slow.any():
        vectors[slow], roots[slow] = _lapack(scaled[slow])
    weights = closure(vectors * np.exp(logs - logs.max(axis=-1, keepdims=True)).reshape(-1, n))
    return weights.reshape(logs.shape), roots.reshape(logs.shape[:-1])


def _power_iteration(matrices: Floats) -> tuple[Floats, Floats]:
    """Return vectors and eigenvalues, NaN for the matrices that take more than `_MOST_STEPS`."""
    count, n, _ = matrices.shape
    vectors, roots = np.full((count, n), np.nan), np.full(count, np.nan)
    at = np.arange(count)
    now = np.ones((count, n))
    for step in range(_MOST_STEPS):
        following = np.einsum("kij,kj->ki", matrices, now)
        low, high = _extremes(following / now)
        done = high - low <= _TOLERANCE * n * high
        # Each matrix stops by itself: its last digit must not depend on its neighbours.
        vectors[at[done]] = following[done]
        roots[at[done]] = (low + (high - low) / 2)[done]
        going = ~done if step != _FIRST_STEPS else ~done & (high - low <= _HOPEFUL * high)
        if not going.all():
            at, matrices, following = at[going], matrices[going], following[going]
        if not len(at):
            break
        now = following / _extremes(following)[1][:, None]
    return vectors, roots


def _extremes(rows: Floats) -> tuple[Floats, Floats]:
    """Smallest and largest of each row; far faster down the columns than along short rows."""
    columns = np.ascontiguousarray(rows.T)
    return columns.min(axis=0), columns.max(axis=0)


def _lapack(matrices: Floats) -> tuple[Floats, Floats]:
    values, vectors = np.linalg.eig(matrices)
    largest = values.real.argmax(axis=-1)
    chosen = np.take_along_axis(vectors, largest[:, None, None], axis=-1)[..., 0]
    return np.abs(chosen), np.take_along_axis(values.real, largest[:, None], axis=-1)[:, 0]
