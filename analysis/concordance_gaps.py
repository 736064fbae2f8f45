"""Kendall's W where answers are missing: the generalised W of Brückl, from pairs of experts.

The tie-corrected W needs complete experts. The generalised W uses every pair of experts on the
items that both answered, ranked anew among these. On complete data with ties it lies close to the
tie-corrected W and is not equal to it: one gap changes the definition and not only the data, which
is why it stands beside W and never in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.answers import answer_matrix
from analysis.numerics.ordering import expert_order
from analysis.numerics.ranks import midranks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
#: Answer patterns compared at once.
_PATTERNS = 32
#: Cells ranked at once.
_CELLS = 1 << 18


@dataclass(frozen=True)
class GeneralisedConcordance:
    """The generalised W of a panel with its test; a figure is None where `reason` has its key."""

    #: rows given
    experts: int
    #: columns given
    items: int
    #: experts who share at least two answered items with another; everything rests on these
    experts_used: int
    #: items answered by at least one of them
    items_used: int
    #: pairs of experts with at least two items in common
    pairs: int
    #: of these, pairs in which one put all common items level: their correlation counts as 0
    constant_pairs: int
    #: k, answers per item on average, 1 or more
    mean_answers: float | None
    #: weighted mean of the pairs' Spearman correlations, -1..1
    mean_spearman: float | None
    #: (1 + mean_spearman (k-1)) / k; at most 1, and with gaps it may fall below 0
    w: float | None
    #: k(n-1)W with n the items used
    chi2: float | None
    #: n-1
    df: int
    #: p of `chi2` on `df` degrees of freedom, 0..1
    p_chi2: float | None
    #: None, or figure → code of why it is undefined
    reason: dict[str, str] | None


@dataclass(frozen=True, eq=False)
class _Groups:
    """Experts grouped by which items they answered."""

    #: answers sorted by pattern, then by content; missing cells are infinite
    values: Floats
    #: which items each pattern answered, shape (n_patterns, n_items)
    patterns: Mask
    #: row at which each pattern begins, and behind the last one the number of rows
    starts: Ints

    @property
    def sizes(self) -> Ints:
        return np.diff(self.starts)

    @property
    def ranks_needed(self) -> int:
        """Cells to rank: every expert once on the items of every pattern."""
        return int(self.values.size) * len(self.patterns)


@dataclass
class _Pairs:
    """What is added up over pairs of experts."""

    pairs: int = 0
    ordered: int = 0
    weight: int = 0
    correlation: float = 0.0


def generalised_w(ratings: Floats, *, most_ranks: int | None = None) -> GeneralisedConcordance:
    """Return W of a panel with missing answers, from the correlations of its pairs.

    For two experts with c items in common, ρ is Spearman's correlation of their answers to these,
    re-ranked among these, and counts with weight c-1. With ρ̄ the weighted mean and k the mean
    number of answers per item, W = (1 + ρ̄(k-1))/k and X² = k(n-1)W on n-1 degrees of freedom.

    A pair with fewer than two items in common compares nothing and is left out; an expert who is in
    no other pair (a single answer, say) is left out with his answers, k included, because they
    take part in no comparison. Where one of a pair put all common items level, ρ is 0/0; it counts
    as 0 with its weight, since level answers show no agreement on an order and leaving the pair out
    would let them raise W.

    Parameters
    ----------
    ratings
        Shape (n_experts, n_items); NaN = no answer. Any finite scale: only the order within a row
        counts. Not changed.
    most_ranks
        Where more cells than this would have to be ranked (experts x items x distinct patterns of
        missing answers), nothing is computed and the reason is `too_many_cells`. None = no limit.

    Returns
    -------
    GeneralisedConcordance
        Codes in `reason`: `fewer_than_2_experts` and `fewer_than_2_items` (with an answer),
        `no_common_items` (no pair has two), `all_constant` (every pair is level), `too_many_cells`.

    Raises
    ------
    ValueError
        If `ratings` is not a matrix or holds an infinite value.

    References
    ----------
    Brückl 2011; Taylor 1987 (weights); as `KendallW` of R's DescTools and `kendallNA` of irrNA.
    """
    values = answer_matrix(ratings)
    given = ~np.isnan(values)
    if given.any(axis=1).sum() < 2:
        return _undefined(values, "fewer_than_2_experts")
    if given.any(axis=0).sum() < 2:
        return _undefined(values, "fewer_than_2_items")
    groups = _grouped(values, given)
    if most_ranks is not None and groups.ranks_needed > most_ranks:
        return _undefined(values, "too_many_cells")
    groups = _without_lone_experts(groups)
    if not len(groups.patterns):
        return _undefined(values, "no_common_items")
    return _figures(values, groups, _compare(groups))


_STATISTICS = ("mean_answers", "mean_spearman", "w", "chi2", "p_chi2")
_COUNTS = ("experts_used", "items_used", "pairs", "constant_pairs", "df")


def _undefined(values: Floats, code: str) -> GeneralisedConcordance:
    counts = dict(zip(("experts", "items"), values.shape, strict=True)) | dict.fromkeys(_COUNTS, 0)
    nothing: dict[str, Any] = dict.fromkeys(_STATISTICS)
    return GeneralisedConcordance(**counts, **nothing, reason=dict.fromkeys(_STATISTICS, code))


def _grouped(values: Floats, given: Mask) -> _Groups:
    order = expert_order(values)
    packed = np.packbits(given[order], axis=1)
    by_pattern = np.argsort(packed.view(f"V{packed.shape[1]}").ravel(), kind="stable")
    order, packed = order[by_pattern], packed[by_pattern]
    changes = (packed[1:] != packed[:-1]).any(axis=1)
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1, [len(values)]])
    cells = np.where(given[order], values[order], np.inf)
    return _Groups(cells, given[order[starts[:-1]]], starts)


def _without_lone_experts(groups: _Groups) -> _Groups:
    """Leave out experts who share two answered items with nobody else."""
    sizes, patterns = groups.sizes, groups.patterns.astype(np.float32)
    partners = np.empty(len(sizes), np.int64)
    for part in _slices(len(sizes), 1024):
        comparable = patterns[part] @ patterns.T >= 2
        partners[part] = comparable @ sizes - comparable[:, part].diagonal()
    kept = partners > 0
    starts = np.concatenate([[0], np.cumsum(sizes[kept])])
    return _Groups(groups.values[np.repeat(kept, sizes)], groups.patterns[kept], starts)


def _slices(length: int, step: int) -> Iterator[slice]:
    return (slice(at, min(at + step, length)) for at in range(0, length, step))


def _compare(groups: _Groups) -> _Pairs:
    """Add up all pairs, a block of patterns against a block of patterns at a time."""
    found = _Pairs()
    blocks = list(_slices(len(groups.patterns), _PATTERNS))
    for at, first in enumerate(blocks):
        for second in blocks[at:]:
            _add_block(found, groups, first, second)
    return found


def _add_block(found: _Pairs, groups: _Groups, first: slice, second: slice) -> None:
    same = first == second
    sums, ordered = _standings(groups, first, second)
    sums_back, ordered_back = (sums, ordered) if same else _standings(groups, second, first)
    correlations = np.einsum("pqj,qpj->pq", sums, sums_back)
    pairs = np.multiply.outer(groups.sizes[first], groups.sizes[second])
    both = ordered * ordered_back.T
    if same:
        # Both orders of each pair are in; an expert's pair with himself goes out first.
        own = np.arange(len(pairs))
        pairs[own, own] -= groups.sizes[first]
        both[own, own] -= ordered.diagonal()
        correlations[own, own] -= ordered.diagonal()
    common = groups.patterns[first].astype(np.int64) @ groups.patterns[second].T
    weights = np.maximum(common - 1, 0)
    halves = 2 if same else 1
    found.pairs += int(pairs[weights > 0].sum()) // halves
    found.ordered += int(both[weights > 0].sum()) // halves
    found.weight += int((weights * pairs).sum()) // halves
    found.correlation += float((weights * correlations).sum()) / halves


def _standings(groups: _Groups, of: slice, among: slice) -> tuple[Floats, Ints]:
    """Sum the unit rank vectors of each pattern's experts on the items of the other patterns.

    The correlations between two patterns of experts add up to the product of two such sums, so no
    pair is ever looked at alone.

    Returns
    -------
    tuple
        Sums of shape (patterns of, patterns among, n_items), and how many experts put the common
        items in some order at all, shape (patterns of, patterns among).
    """
    items, bounds = groups.patterns.shape[1], groups.starts[of.start : of.stop + 1]
    masks = groups.patterns[among]
    sums = np.zeros((len(bounds) - 1, len(masks), items))
    ordered = np.zeros(sums.shape[:2], np.int64)
    step = max(1, _CELLS // max(1, masks.size))
    for rows in _slices(int(bounds[-1] - bounds[0]), step):
        experts = slice(bounds[0] + rows.start, bounds[0] + rows.stop)
        units = _unit_ranks(groups.values[experts], masks)
        pattern = np.searchsorted(bounds, np.arange(experts.start, experts.stop), "right") - 1
        begin = np.flatnonzero(np.diff(pattern, prepend=-1))
        orders = units.any(axis=2).astype(np.int64)
        if len(begin) < len(units):
            units, orders = np.add.reduceat(units, begin), np.add.reduceat(orders, begin)
        sums[pattern[begin]] += units
        ordered[pattern[begin]] += orders
    return sums, ordered


def _unit_ranks(values: Floats, masks: Mask) -> Floats:
    """Rank each expert among the items of each mask, centred and of length 1; level ranks are 0."""
    cells = values[:, None, :] if masks.all() else np.where(masks, values[:, None, :], np.inf)
    flat = cells.reshape(-1, values.shape[1])
    absent = np.isinf(flat)
    missing = absent.sum(axis=1)
    answered = flat.shape[1] - missing
    doubled, ties = midranks(flat)
    centred = doubled - (answered + 1)[:, None]
    centred[absent] = 0
    # The infinite cells stand as one group of ties behind the answers.
    squares = (answered**3 - answered - ties + missing**3 - missing) // 3
    length = np.sqrt(np.maximum(squares, 1))
    units: Floats = (centred / length[:, None]).reshape(len(values), len(masks), -1)
    return units


def _figures(values: Floats, groups: _Groups, found: _Pairs) -> GeneralisedConcordance:
    answers = int((groups.patterns.sum(axis=1) * groups.sizes).sum())
    items = int(groups.patterns.any(axis=0).sum())
    figures: dict[str, Any] = {
        "experts": values.shape[0],
        "items": values.shape[1],
        "experts_used": len(groups.values),
        "items_used": items,
        "pairs": found.pairs,
        "constant_pairs": found.pairs - found.ordered,
        "df": items - 1,
        "mean_answers": answers / items,
    }
    if not found.ordered:
        undefined = ("mean_spearman", "w", "chi2", "p_chi2")
        figures |= dict.fromkeys(undefined)
        return GeneralisedConcordance(**figures, reason=dict.fromkeys(undefined, "all_constant"))
    return GeneralisedConcordance(**figures, **_coefficients(found, answers / items, items - 1))


def _coefficients(found: _Pairs, k: float, df: int) -> dict[str, Any]:
    from scipy import special  # loading it takes longer than any figure here

    mean = min(1.0, max(-1.0, found.correlation / found.weight))
    w = (1 + mean * (k - 1)) / k
    chi2 = k * df * w
    p = float(special.chdtrc(df, max(chi2, 0.0)))
    return {"mean_spearman": mean, "w": w, "chi2": chi2, "p_chi2": p, "reason": None}
