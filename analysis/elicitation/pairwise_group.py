"""Pairwise comparisons of a panel: one weight vector from many matrices, and how far they agree.

Aggregating priorities (AIP) takes the experts as independent persons, aggregating judgments (AIJ)
as one body. With row geometric means and complete matrices, AIJ and the geometric AIP are the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.aggregation_rules import arithmetic_mean, geometric_mean
from analysis.elicitation.pairwise import eigenvector_weights, rgmm_weights
from analysis.elicitation.pairwise_matrix import check_matrices
from analysis.numerics.ordering import sum_over_experts
from analysis.simplex import closure

Floats = NDArray[np.float64]

#: End of Saaty's scale, which bounds how unequal the weights of one expert can be.
SCALE_MAXIMUM = 9.0


@dataclass(frozen=True)
class Consensus:
    """Shannon entropies of a panel's weights, in nats, and the consensus they give."""

    #: mean entropy of the experts' own weights, 0..ln(n_items); None if undefined
    h_alpha: float | None
    #: `h_gamma` - `h_alpha`: what the experts differ, from 0 up
    h_beta: float | None
    #: entropy of the mean weights, 0..ln(n_items)
    h_gamma: float | None
    #: relative homogeneity exp(-h_beta), above 0 and up to 1
    s: float | None
    #: consensus, `s` stretched to 0..1
    s_star: float | None
    #: None, or figure → `fewer_than_2_experts` or `one_item`
    reason: dict[str, str] | None


@dataclass(frozen=True, eq=False)
class PairwiseGroup:
    """Weights of a panel, each of shape (n_items,), shares of 1."""

    #: matrices that went in
    experts: int
    #: geometric mean of the experts' weights, closed
    aip_geometric: Floats
    #: arithmetic mean of the experts' weights
    aip_arithmetic: Floats
    #: weights of the matrix of geometric means
    aij: Floats
    #: `aip_geometric` with eigenvector weights
    aip_geometric_eigenvector: Floats
    #: `aip_arithmetic` with eigenvector weights
    aip_arithmetic_eigenvector: Floats
    #: eigenvector weights of the matrix of geometric means
    aij_eigenvector: Floats
    #: S* of the experts' row geometric means, 0..1; None if undefined
    consensus: float | None
    #: None, or `consensus` → code of why it is undefined
    reason: dict[str, str] | None


def pairwise_group(matrices: Floats, *, scale_maximum: float = SCALE_MAXIMUM) -> PairwiseGroup:
    """Return the weights of a panel from its pairwise comparison matrices.

    Parameters
    ----------
    matrices
        Shape (n_experts, n_items, n_items) as `check_matrices` takes them; NaN = not compared. Not
        changed. The order of the experts changes no digit.
    scale_maximum
        Largest judgment that could be given, for `consensus`; above 1.

    Returns
    -------
    PairwiseGroup
        Weights by row geometric means (log least squares where a matrix is incomplete), and the
        same by eigenvectors. The consensus of one expert or one item is None with a reason.

    Raises
    ------
    ValueError
        If there are no matrices, one is unusable, or the scale has no extent.

    References
    ----------
    Forman & Peniwati 1998 (AIJ, AIP); Goepel 2018 (S*).
    """
    judged = aggregate_judgments(matrices)
    values = check_matrices(matrices)
    logs, vectors = rgmm_weights(values), eigenvector_weights(values)[0]
    agreement = consensus(logs, scale_maximum=scale_maximum)
    undefined = (agreement.reason or {}).get("s_star")
    return PairwiseGroup(
        experts=len(values),
        aip_geometric=geometric_mean(logs),
        aip_arithmetic=arithmetic_mean(logs),
        aij=rgmm_weights(judged),
        aip_geometric_eigenvector=geometric_mean(vectors),
        aip_arithmetic_eigenvector=arithmetic_mean(vectors),
        aij_eigenvector=eigenvector_weights(judged)[0],
        consensus=agreement.s_star,
        reason=None if undefined is None else {"consensus": undefined},
    )


def aggregate_judgments(matrices: Floats) -> Floats:
    """Return the matrix of the geometric means of the judgments (AIJ).

    The geometric mean is the only one of the usual means that keeps a_ij·a_ji = 1.

    Parameters
    ----------
    matrices
        Shape (n_experts, n_items, n_items) as `check_matrices` takes them; NaN = not compared. Not
        changed.

    Returns
    -------
    ndarray
        Shape (n_items, n_items). The mean of a pair runs over the experts who compared it; NaN
        where nobody did. Experts count for more in the pairs that few compared, so with gaps the
        weights are no longer those of the geometric AIP.

    Raises
    ------
    ValueError
        If there are no matrices or one is unusable.

    References
    ----------
    Aczél & Saaty 1983; Forman & Peniwati 1998.
    """
    values = check_matrices(matrices)
    if values.ndim != 3 or not len(values):
        raise ValueError(f"shape {values.shape}: experts x items x items are needed, at least one")
    rows = values.reshape(len(values), -1)
    given = ~np.isnan(rows)
    counts = given.sum(axis=0)
    totals = sum_over_experts(np.log(np.where(given, rows, 1.0)))
    means = np.where(counts > 0, np.exp(totals / np.maximum(counts, 1)), np.nan)
    return means.reshape(values.shape[1:])


def consensus(weights: Floats, *, scale_maximum: float | None = SCALE_MAXIMUM) -> Consensus:
    """Return Goepel's consensus indicator S* of the weights of a panel.

    With H_alpha the mean entropy of the experts' weights and H_gamma that of their mean weights,
    H_beta = H_gamma - H_alpha, S = exp(-H_beta) and S* = (S - cor) / (1 - cor). For pairwise
    comparisons on 1..M the most unequal weights are M, 1, ..., 1 over n + M - 1, and
    cor = exp(their entropy) / n; for free percentages, where one item may get everything,
    cor = 1/n. It saturates: a panel on three items whose CV is 0.5 for one of them still scores
    0.95.

    Parameters
    ----------
    weights
        Shape (n_experts, n_items), not negative, of any total; an expert with a missing cell or
        without a positive total is left out. Not changed. Experts count alike.
    scale_maximum
        M, above 1; None for free percentages.

    Returns
    -------
    Consensus
        Figures are None with fewer than two experts or one item. Weights more unequal than the
        scale allows would give S* below 0; it is cut off there.

    Raises
    ------
    ValueError
        If `weights` is no matrix, holds a negative number, or M is not above 1.

    References
    ----------
    Goepel 2018, International Journal of the Analytic Hierarchy Process 10(3). The version of 2013
    corrects otherwise where there are fewer experts than items.
    """
    points = np.asarray(weights, np.float64)
    if points.ndim != 2 or (points < 0).any():
        raise ValueError("weights must be a matrix of experts x items without negative numbers")
    if scale_maximum is not None and not scale_maximum > 1:
        raise ValueError(f"a scale up to {scale_maximum:g} has no extent")
    shares = closure(points)
    shares = shares[~np.isnan(shares).any(axis=1)]
    n = shares.shape[1]
    if n < 2 or len(shares) < 2:
        code = "one_item" if n < 2 else "fewer_than_2_experts"
        names = ("h_alpha", "h_beta", "h_gamma", "s", "s_star")
        return Consensus(None, None, None, None, None, dict.fromkeys(names, code))
    alpha = float(sum_over_experts(_entropy(shares)[:, None])[0]) / len(shares)
    gamma = float(_entropy(sum_over_experts(shares) / len(shares)))
    beta = max(0.0, gamma - alpha)
    least = 1 / n if scale_maximum is None else _least_homogeneity(n, scale_maximum)
    s = math.exp(-beta)
    s_star = max(0.0, (s - least) / (1 - least))
    return Consensus(alpha, beta, gamma, s, s_star, None)


def _entropy(shares: Floats) -> Floats:
    """Shannon entropy in nats over the last axis, 0 ln 0 = 0."""
    logs = np.log(np.where(shares > 0, shares, 1.0))
    return np.asarray(-(shares * logs).sum(axis=-1))


def _least_homogeneity(n_items: int, scale_maximum: float) -> float:
    extreme = closure(np.array([scale_maximum, *([1.0] * (n_items - 1))]))
    return math.exp(float(_entropy(extreme))) / n_items
