"""Wilcoxon's signed-rank test, exact with ties: the distribution of mid-ranks under all signs.

A panel that moves a little gives many equal differences, for which no table holds; the
distribution is therefore that of the mid-ranks at hand. Few or heavily tied differences are added
up one group after the other. For many, the same distribution is read off its generating function.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb, gcd, log, prod

import numpy as np
from numpy.typing import NDArray

from analysis.numerics.lattice import MOST_CELLS, upper_tail
from analysis.numerics.runs import equal_runs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
#: Up to this many, sums are kept apart even if an array of all sums would be shorter.
_SMALL = 64
#: Additions up to which the groups are simply added up.
_ADDITIONS = 400_000
#: Additions to an array that take as long as one cell of the transform or one sum kept apart.
_ADDITIONS_PER_CELL = 64
#: Up to this count every binomial coefficient is a whole number that a float holds.
_EXACT_BINOMIAL = 50
_FAIR_COIN = (0.5, 0.5)
_LEAST = float(np.finfo(np.float64).tiny)


def signed_rank_p(differences: Floats, *, tie: float = 0.0) -> float | None:
    """Return the two-sided p of Wilcoxon's signed-rank test, exact also with ties.

    Zeros are dropped, equal absolute differences share their mid-rank, and the p is the share of
    all 2^k choices of signs whose positive rank sum lies at least as far from its middle as the
    one found.

    Parameters
    ----------
    differences
        Paired differences, shape (n,), without NaN. Not changed.
    tie
        Absolute differences not further apart than this count as equal, and up to this as zero.
        It absorbs what floats add to decimals; 0 asks for exact equality.

    Returns
    -------
    float or None
        In (0, 1], at least the smallest normal float; None when nothing differs from zero.

    References
    ----------
    Wilcoxon 1945; Pratt & Gibbons 1981 (the conditional distribution with ties).
    """
    p = float(signed_rank_p_values(np.asarray(differences, np.float64)[:, None], tie=tie)[0])
    return None if np.isnan(p) else p


def signed_rank_p_values(differences: Floats, *, tie: float = 0.0) -> Floats:
    """Return the p of `signed_rank_p` for every item of a panel.

    Parameters
    ----------
    differences
        Shape (n_experts, n_items); NaN = no pair. Not changed.
    tie
        As for `signed_rank_p`.

    Returns
    -------
    ndarray, shape (n_items,)
        In (0, 1]; NaN where nothing differs from zero. The order of experts changes no digit.

    References
    ----------
    As for `signed_rank_p`.
    """
    rows = np.ascontiguousarray(np.transpose(differences))
    sizes = np.abs(rows)
    sizes[sizes <= tie] = np.nan
    runs = equal_runs(sizes, rows > 0, tie=tie)
    ends = np.searchsorted(runs.row, np.arange(len(rows) + 1))
    doubled = 2 * runs.below + runs.length + 1
    result = np.full(len(rows), np.nan)
    for item, (start, end) in enumerate(zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)):
        if start < end:
            part = slice(start, end)
            result[item] = _two_sided(doubled[part], runs.length[part], runs.marked[part])
    return result


def _two_sided(ranks: Ints, counts: Ints, positive: Ints) -> float:
    """P of groups of equal size: twice the mid-rank, how many share it, how many are positive."""
    unit = gcd(*ranks.tolist())
    ranks = ranks // unit
    observed, total = int(ranks @ positive), int(ranks @ counts)
    limit = min(observed, total - observed)
    if 2 * limit == total:
        return 1.0
    tail = None
    additions = _additions(counts, limit)
    if additions > _ADDITIONS:
        at_most = int(min(additions / _ADDITIONS_PER_CELL, MOST_CELLS))
        tail = upper_tail(ranks, counts, total - 2 * limit, at_most=at_most)
    if tail is None:
        groups = zip(ranks.tolist(), counts.tolist(), strict=True)
        tail = _lower_tail(sorted(groups, key=lambda group: (-group[1], group[0])), limit)
    return min(1.0, max(2.0 * tail, _LEAST))


def _additions(counts: Ints, limit: int) -> float:
    """Estimate what adding up costs: every sum apart, or an array of them moved along."""
    apart = log(_ADDITIONS_PER_CELL) + float(np.log(counts + 1.0).sum()) / 2
    moved = log(max(1, limit)) + log(float(counts.sum() + len(counts)))
    return float(np.exp(min(apart, moved, 700.0)))


def _lower_tail(groups: list[tuple[int, int]], limit: int) -> float:
    """P(sum <= limit), each group (rank, count) adding rank times a fair binomial of its count."""
    # Two halves, joined only by the question how often both together stay within the limit: each
    # is far shorter than the distribution of the whole.
    sums, weights = _sums_up_to(limit, groups[::2])
    order = np.argsort(sums, kind="stable")
    reached = np.cumsum(np.append(0.0, weights[order]))
    others, chances = _sums_up_to(limit, groups[1::2])
    room = np.searchsorted(sums[order], limit - others, side="right")
    return float((chances * reached[room]).sum())


def _sums_up_to(limit: int, groups: list[tuple[int, int]]) -> tuple[Ints, Floats]:
    """Values up to `limit` of the sum over groups, with their probabilities."""
    if prod(count + 1 for _, count in groups) > max(limit, _SMALL):
        chances = _moved_along(limit, groups)
        return np.arange(chances.size), chances
    sums, weights = np.zeros(1, np.int64), np.ones(1)
    for rank, count in groups:
        sums = np.add.outer(sums, rank * np.arange(count + 1)).ravel()
        weights = np.multiply.outer(weights, _fair_binomial(count)).ravel()
        sums, weights = sums[sums <= limit], weights[sums <= limit]
    return sums, weights


def _moved_along(limit: int, groups: list[tuple[int, int]]) -> Floats:
    """Probabilities of the sums 0, 1, 2, ... up to `limit`: one array, moved by every rank."""
    reach = sum(rank * count for rank, count in groups)
    chances = np.zeros(min(reach, limit) + 1)
    chances[0], top = 1.0, 1
    for rank, count in groups:
        binomial = _FAIR_COIN if count == 1 else _fair_binomial(count).tolist()
        before = chances[:top]
        top = min(top + rank * count, chances.size)
        terms = [
            (begin, chance * before[: top - begin])
            for begin, chance in zip(range(rank, top, rank), binomial[1:], strict=False)
        ]
        before *= binomial[0]
        for begin, term in terms:
            chances[begin : begin + term.size] += term
    return chances


@lru_cache(maxsize=256)
def _fair_binomial(count: int) -> Floats:
    """Return the chances of 0 to `count` heads."""
    heads = np.arange(count + 1)
    if count <= _EXACT_BINOMIAL:
        return np.array([comb(count, k) for k in heads.tolist()]) / float(1 << count)
    # Outwards from the middle by the ratio of neighbours; big integers would take far longer.
    middle = (count + 1) // 2
    ratios = np.cumprod((count - heads[middle:-1]) / (heads[middle:-1] + 1.0))
    upper = comb(count, middle) / (1 << count) * np.append(1.0, ratios)
    result: Floats = upper[np.maximum(heads, count - heads) - middle]
    return result
