"""Tests between groups of experts: Mann-Whitney, Kruskal-Wallis, and one on whole weight vectors.

All of them are conditional on the answers that were given: what is asked is how often a random
division of the same experts into groups of the same sizes would set the groups as far apart. Ties,
which ratings always have, are therefore no approximation. Nothing here asks how small a group is;
`analysis.subgroups` does, and is what results are taken from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray

from analysis.answers import answer_matrix
from analysis.numerics.divisions import PERMUTATIONS, divisions, few, group_sums
from analysis.numerics.ordering import expert_order
from analysis.numerics.ranks import midranks
from analysis.simplex import total_variation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Up to this many experts the distribution of U is counted out, above the normal one is taken.
EXACT_EXPERTS = 60
#: Labels drawn at most for ranks; in larger panels the chi-square p is as good.
MOST_LABELS = 5 * 10**6
#: Statistics this close, relative to their size, are equal but for rounding.
_TIE = 1e-9


@dataclass(frozen=True, eq=False)
class RankTest:
    """A rank test of every item between groups; arrays have one entry an item, NaN = undefined."""

    #: answers of each item in each group, shape (n_items, n_groups)
    n: Ints
    #: U of the first group (0..m1·m2), or H (from 0 up)
    statistic: Floats
    #: two groups: 2U/(m1·m2) - 1, -1..1; more: H/(N-1), 0..1
    effect: Floats
    #: p of the test, conditional on the ties, in (0, 1]
    p: Floats
    #: p of the normal distribution (U) or of chi-square (H), for comparison with other programs
    p_asymptotic: Floats
    #: how `p` was found, an item: `exact`, `monte_carlo`, `normal`, `chi2`; None where undefined
    p_method: tuple[str | None, ...]
    #: why an item has an undefined figure: `group_without_answers` or `all_equal`; else None
    reason: tuple[str | None, ...]


@dataclass(frozen=True)
class WeightTest:
    """A permutation test of how far the mean weights of groups lie apart."""

    #: mean over experts of the distance between the own group's mean and the panel's, in shares
    statistic: float
    #: share of divisions at least as far apart, in (0, 1]
    p: float
    #: `exact` or `monte_carlo`
    p_method: str
    #: divisions that `p` rests on
    permutations: int


@dataclass(frozen=True, eq=False)
class _Ranked:
    """Ranks within each item: shapes (n_items, n_experts), (n_items, n_groups), (n_items,)."""

    #: twice the mid-rank; what has no answer ranks behind everything
    doubled: Ints
    n: Ints
    #: doubled rank sums
    sums: Ints
    #: T, the sum of t³ - t
    ties: Ints

    @property
    def total(self) -> Ints:
        result: Ints = self.n.sum(axis=1)
        return result

    @property
    def spread(self) -> Ints:
        """N³ - N - T: 0 where all answers are equal."""
        total = self.total
        result: Ints = total**3 - total - self.ties
        return result

    @property
    def deviations(self) -> Ints:
        """Twice the distance of each rank sum from its expectation."""
        result: Ints = self.sums - self.n * (self.total[:, None] + 1)
        return result


def mann_whitney(values: Floats, groups: Ints) -> RankTest:
    """Compare two groups item by item: in how many pairs does the first give the higher answer.

    U counts the pairs of an expert of group 0 and one of group 1 in which the first answers
    higher, ties for half; the effect 2U/(m1·m2) - 1 is the share of such pairs minus the share of
    the opposite ones (Cliff's delta). The two-sided p is the share of all divisions of these
    answers whose U lies at least as far from its middle m1·m2/2, counted out up to 60 experts;
    above, the normal p with the variance corrected for ties and a continuity correction of 1/2.

    Parameters
    ----------
    values
        Answers, shape (n_experts, n_items); NaN = no answer, left out of that item. Not changed.
    groups
        Shape (n_experts,): 0 or 1; a negative number belongs to neither and is left out.

    Returns
    -------
    RankTest
        `statistic` is U of group 0. Where all answers are equal U is m1·m2/2, the effect 0 and p
        undefined; where a group has no answer everything is.

    Raises
    ------
    ValueError
        If there are not exactly two groups, or not one group number an expert.

    References
    ----------
    Mann & Whitney 1947; Cliff 1993 (effect).
    """
    ranked = _ranked(values, groups)
    if ranked.n.shape[1] != 2:
        raise ValueError(f"{ranked.n.shape[1]} groups, two are compared")
    first, second = ranked.n.T
    pairs = (first * second).astype(np.float64)
    statistic = np.where(pairs > 0, (ranked.sums[:, 0] - first * (first + 1)) / 2, np.nan)
    effect = np.full(len(pairs), np.nan)
    np.divide(ranked.deviations[:, 0], pairs, out=effect, where=pairs > 0)
    p_normal = _normal_p(ranked)
    p, methods = p_normal.copy(), []
    for item in range(len(pairs)):
        exact = 0 < ranked.total[item] <= EXACT_EXPERTS
        if exact and not np.isnan(p_normal[item]):
            p[item] = _exact_p(ranked, item)
        methods.append(None if np.isnan(p[item]) else "exact" if exact else "normal")
    return RankTest(ranked.n, statistic, effect, p, p_normal, tuple(methods), _reasons(ranked))


def kruskal_wallis(
    values: Floats, groups: Ints, *, permutations: int = PERMUTATIONS, seed: int = 1
) -> RankTest:
    """Compare three or more groups item by item by their mean ranks.

    H = 3(N-1) Σ d²/n / (N³ - N - T) with d twice the distance of a group's rank sum from its
    expectation: the tie-corrected statistic, about chi-square on one degree of freedom less than
    groups. p is the share of all divisions into groups of these sizes with at least this H where
    they are few, else (1 + #)/(B + 1) of B divisions drawn; in panels too large to draw it is the
    chi-square p. The effect H/(N-1) is the share of the variance of ranks between groups.

    Parameters
    ----------
    values
        Answers, shape (n_experts, n_items); NaN = no answer, left out of that item. Not changed.
    groups
        Shape (n_experts,): 0, 1, 2, ...; a negative number belongs to none and is left out.
    permutations
        B.
    seed
        Seed of the draws. They depend on the sizes and ties only, so that neither the order of
        experts nor that of items changes a p.

    Returns
    -------
    RankTest
        Undefined where a group has no answer or all answers are equal. Two groups are allowed: H is
        then the square of the standardised U.

    Raises
    ------
    ValueError
        If there are fewer than two groups, not one group number an expert, or `permutations` is
        not positive.

    References
    ----------
    Kruskal & Wallis 1952; Tomczak & Tomczak 2014 (effect, there called epsilon squared).
    """
    from scipy import special  # loading it takes longer than any figure here

    if permutations < 1:
        raise ValueError(f"{permutations} permutations: at least one is needed")
    ranked = _ranked(values, groups)
    usable = (ranked.n > 0).all(axis=1) & (ranked.spread > 0)
    between = np.full(len(usable), np.nan)
    between[usable] = (ranked.deviations[usable] ** 2 / ranked.n[usable]).sum(axis=1)
    effect = 3 * between / np.where(usable, ranked.spread, 1)
    statistic = effect * (ranked.total - 1)
    p_chi2 = np.full(len(usable), np.nan)
    p_chi2[usable] = special.chdtrc(ranked.n.shape[1] - 1, statistic[usable])
    p, methods = p_chi2.copy(), np.full(len(usable), None, object)
    for sizes in np.unique(ranked.n[usable], axis=0):
        these = usable & (ranked.n == sizes).all(axis=1)
        shares, method = _shuffled_p(ranked, between, these, permutations, seed)
        methods[these] = method
        if shares is not None:
            p[these] = shares
    return RankTest(
        ranked.n, statistic, effect, p, p_chi2, tuple(methods.tolist()), _reasons(ranked)
    )


def weight_test(
    shares: Floats, groups: Ints, *, permutations: int = PERMUTATIONS, seed: int = 1
) -> WeightTest:
    """Test whether the mean weight vectors of groups lie further apart than by chance.

    The statistic is Σ n_g/N · TV(mean of group g, mean of all), TV being half the sum of absolute
    differences; with two groups it is 2 n1 n2/N² times the distance between both means. p is the
    share of divisions into groups of these sizes that reach it: of all where they are few, else
    (1 + #)/(B + 1) of B drawn ones.

    Parameters
    ----------
    shares
        Weight vectors of the experts, shape (n_experts, n_items), without NaN. Not changed.
    groups
        Shape (n_experts,): 0, 1, 2, ...; a negative number belongs to none and is left out.
    permutations
        B.
    seed
        Seed of the draws.

    Returns
    -------
    WeightTest
        The statistic in shares of 1 and its p. No order of experts changes a digit; where the
        divisions are drawn, another order of items gives another draw.

    Raises
    ------
    ValueError
        If there are fewer than two groups, one is empty, or `permutations` is not positive.

    References
    ----------
    Pitman 1937 (randomisation tests).
    """
    rows, labels = _declared(shares, groups)
    order = expert_order(rows)
    rows, labels = rows[order], labels[order]
    sizes = np.bincount(labels)
    if not sizes.all():
        raise ValueError("a group without experts")
    middle = rows.mean(axis=0)
    means = np.stack([rows[labels == group].mean(axis=0) for group in range(len(sizes))])
    found = float(total_variation(means, middle) @ sizes / len(rows))
    count = total = 0
    blocks, method = divisions(sizes, rows.shape[1], permutations, seed)
    for block in blocks:
        total += len(block)
        apart = np.zeros(len(block))
        for sums, size in zip(group_sums(block, rows, len(sizes)), sizes.tolist(), strict=True):
            apart += size * total_variation(sums / size, middle)
        count += int((apart / len(rows) >= found - _TIE).sum())
    p = count / total if method == "exact" else (1 + count) / (1 + total)
    return WeightTest(found, p, method, total)


def _declared(values: Floats, groups: Ints) -> tuple[Floats, Ints]:
    matrix, labels = answer_matrix(values), np.asarray(groups)
    if labels.shape != matrix.shape[:1] or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError("a whole group number is needed for each expert")
    inside = labels >= 0
    numbers = np.unique(labels[inside])
    if len(numbers) < 2:
        raise ValueError("fewer than two groups")
    if numbers[-1] >= len(labels):
        raise ValueError(f"group {numbers[-1]}: number them from 0 up without large gaps")
    return (matrix, labels) if inside.all() else (matrix[inside], labels[inside])


def _ranked(values: Floats, groups: Ints) -> _Ranked:
    rows, labels = _declared(values, groups)
    columns = np.ascontiguousarray(rows.T)
    missing = np.isnan(columns)
    doubled, ties = midranks(np.where(missing, np.inf, columns) if missing.any() else columns)
    left_out = missing.sum(axis=1)
    belongs = (labels[:, None] == np.arange(labels.max() + 1)).astype(np.float64)
    # Whole numbers far below 2^53: the product in floats is exact, and quick.
    counted = doubled.astype(np.float64)
    counted[missing] = 0.0
    sums = counted @ belongs
    counted[:] = ~missing
    n = counted @ belongs
    return _Ranked(
        doubled, n.astype(np.int64), sums.astype(np.int64), ties - (left_out**3 - left_out)
    )


def _reasons(ranked: _Ranked) -> tuple[str | None, ...]:
    empty = (ranked.n == 0).any(axis=1)
    codes = np.where(empty, "group_without_answers", np.where(ranked.spread == 0, "all_equal", ""))
    return tuple(code or None for code in codes.tolist())


def _normal_p(ranked: _Ranked) -> Floats:
    from scipy import special  # loading it takes longer than any figure here

    total, pairs = ranked.total, ranked.n.prod(axis=1)
    usable = (pairs > 0) & (ranked.spread > 0)
    variance = pairs[usable] * ranked.spread[usable] / (12.0 * total[usable] * (total[usable] - 1))
    away = np.abs(ranked.deviations[usable, 0]) / 2
    result = np.full(len(pairs), np.nan)
    z = np.maximum(away - 0.5, 0.0) / np.sqrt(variance)
    result[usable] = 2 * special.ndtr(-z)
    return result


def _exact_p(ranked: _Ranked, item: int) -> float:
    total, group = int(ranked.total[item]), int(np.argmin(ranked.n[item]))
    _, counts = np.unique(np.sort(ranked.doubled[item])[:total], return_counts=True)
    away = _away(tuple(counts.tolist()), int(ranked.n[item, group]))
    return float(away[abs(int(ranked.deviations[item, group]))])


@lru_cache(maxsize=256)
def _away(counts: tuple[int, ...], size: int) -> Floats:
    """P that twice a rank sum of `size` experts is at least 0, 1, 2, ... away from its middle.

    Counted out tie group by tie group: ways[k, s] is the number of ways to have taken k experts
    with s as the sum of their doubled ranks above the smallest.
    """
    ranks = 2 * np.cumsum(counts) - np.array(counts) + 1
    above = ranks - ranks[0]
    most = int(np.repeat(above, counts)[-size:].sum())
    ways = np.zeros((size + 1, most + 1))
    ways[0, 0] = 1.0
    for rank, count in zip(above.tolist(), counts, strict=True):
        before = ways.copy()
        for taken in range(1, min(count, size) + 1):
            shift = taken * rank
            if shift > most:
                break
            part = before[: size + 1 - taken, : most + 1 - shift]
            ways[taken:, shift:] += comb(count, taken) * part
    middle = size * (sum(counts) + 1 - int(ranks[0]))
    reached = np.abs(np.arange(most + 1) - middle)
    chances = np.bincount(reached, ways[size])
    tail = np.cumsum(chances[::-1])[::-1]
    result: Floats = tail / tail[0]
    return result


def _shuffled_p(
    ranked: _Ranked, between: Floats, items: NDArray[np.bool_], permutations: int, seed: int
) -> tuple[Floats | None, str]:
    """Permutation p of items with equal group sizes, or None if chi-square has to do."""
    sizes = ranked.n[items][0]
    total = int(sizes.sum())
    # Only the multiset of ranks matters: sorted, no order of experts can change the draws' outcome.
    ranks = np.sort(ranked.doubled[items], axis=1)[:, :total].T.astype(np.float64)
    if not few(sizes) and total * permutations > MOST_LABELS:
        return None, "chi2"
    limit = between[items] * (1 - _TIE)
    count, drawn = np.zeros(ranks.shape[1]), 0
    blocks, method = divisions(sizes, ranks.shape[1], permutations, seed)
    for block in blocks:
        drawn += len(block)
        found = np.zeros((len(block), ranks.shape[1]))
        for sums, size in zip(group_sums(block, ranks, len(sizes)), sizes.tolist(), strict=True):
            found += (sums - size * (total + 1)) ** 2 / size
        count += (found >= limit).sum(axis=0)
    return (count / drawn if method == "exact" else (1 + count) / (1 + drawn)), method
