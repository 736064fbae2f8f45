"""Bootstrap, leave-one-out and subgroups, by plain NumPy and by loops."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analysis.influence import leave_one_out, leave_one_out_w
from analysis.subgroups import compare_subgroups
from analysis.uncertainty import bootstrap_weights
from tests.bench.agreement import by_sorting, row_by_row, w_of
from tests.bench.combining import closed
from tests.bench.trial import SEED, Family, Floats, Trial, Way, allocations, figures, ratings

Ints = NDArray[np.int64]
#: Cells of counts at once: they stay in the processor's cache.
_BLOCK = 250_000
_ENDS = (2.5, 97.5)
#: Experts whom a loop leaves out where it would take long for all.
_LEFT_OUT = 20
RESAMPLES = 1_000
#: The sizes and the number of resamples that the project sets itself a time for.
GOAL_SIZES = ((30, 23), (1_000, 100))
GOAL_RESAMPLES = 10_000
PERMUTATIONS = 199
GROUPS = 3


def our_bootstrap(values: Floats, rule: str, resamples: int) -> Floats:
    """Return weights, jackknife-t interval and percentiles; draws are last."""
    found = bootstrap_weights(values, method="constant_sum", rule=rule, resamples=resamples)
    ends = found.t_low, found.t_high, found.low, found.high
    return figures(found.weights, found.standard_error, *ends)


def _counts(experts: int, resamples: int) -> Iterator[Floats]:
    """Yield how often each expert is drawn, block by block."""
    random = np.random.default_rng(SEED)
    step = max(1, _BLOCK // experts)
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        drawn = random.integers(0, experts, size=(rows, experts))
        drawn += np.arange(0, rows * experts, experts)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * experts)
        yield counts.reshape(rows, experts).astype(float)


def _interval(weights: Floats, left_out: Floats) -> Floats:
    """Return weights, jackknife standard error and t-interval."""
    m = len(left_out)
    error = np.sqrt((m - 1) / m * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
    reach = special.stdtrit(m - 1, 0.975) * error
    return figures(weights, error, np.maximum(weights - reach, 0), np.minimum(weights + reach, 1))


def plain_bootstrap(values: Floats, resamples: int) -> Floats:
    """Return the same for the arithmetic mean: one matrix of counts times the shares."""
    shares = closed(values)
    drawn = [closed(counts @ shares) for counts in _counts(len(shares), resamples)]
    ends = np.percentile(np.concatenate(drawn), _ENDS, axis=0)
    left_out = closed(shares.sum(axis=0) - shares)
    return figures(_interval(closed(shares.mean(axis=0)), left_out), ends)


def looped_bootstrap(values: Floats, resamples: int, left_out: int) -> Floats:
    """Return the same, resample by resample and one left-out expert after the other."""
    shares = closed(values)
    random = np.random.default_rng(SEED)
    experts = len(shares)
    drawn = [
        closed(shares[random.integers(0, experts, size=experts)].mean(axis=0))
        for _ in range(resamples)
    ]
    others = np.array([closed(shares.sum(axis=0) - row) for row in shares[:left_out]])
    ends = np.percentile(drawn, _ENDS, axis=0)
    return figures(_interval(closed(shares.mean(axis=0)), others), ends)


def bootstrap(experts: int, items: int, resamples: int = RESAMPLES) -> Trial:
    """Try the intervals of mean weights."""
    values = allocations(experts, items)
    share = 1 / max(1, experts * items // 20_000)
    part = max(1, round(share * resamples)), max(2, round(share * experts))
    return Trial(
        Way(lambda: our_bootstrap(values, "arithmetic_mean", resamples)),
        Way(lambda: plain_bootstrap(values, resamples)),
        Way(lambda: looped_bootstrap(values, *part), part[0] / resamples),
        compared=4 * items,
    )


def goal(experts: int, items: int) -> Trial:
    """Try the sizes that have a time set."""
    return bootstrap(experts, items, GOAL_RESAMPLES)


def plain_medians(values: Floats, resamples: int) -> Floats:
    """Return weights and intervals by the median: resampled panels gathered and sorted."""
    shares = closed(values)
    experts = len(shares)
    random = np.random.default_rng(SEED)
    step = max(1, _BLOCK // shares.size)
    drawn = []
    for start in range(0, resamples, step):
        at = random.integers(0, experts, size=(min(step, resamples - start), experts))
        drawn.append(closed(np.median(shares[at], axis=1)))
    ends = np.percentile(np.concatenate(drawn), _ENDS, axis=0)
    left_out = _medians_without(shares)
    return figures(_interval(closed(np.median(shares, axis=0)), left_out), ends)


def _medians_without(shares: Floats) -> Floats:
    """Return the weights without each expert: the order statistics that stay in the middle."""
    experts = len(shares)
    order = np.argsort(shares, axis=0)
    ordered = np.take_along_axis(shares, order, axis=0)
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(experts)[:, None], axis=0)
    low, high = (experts - 2) // 2, (experts - 1) // 2
    lower = np.where(place <= low, ordered[low + 1], ordered[low])
    upper = np.where(place <= high, ordered[high + 1], ordered[high])
    return closed((lower + upper) / 2)


def looped_medians(values: Floats, resamples: int, left_out: int) -> Floats:
    """Return the same, resample by resample and one left-out expert after the other."""
    shares = closed(values)
    experts = len(shares)
    random = np.random.default_rng(SEED)
    drawn = [
        closed(np.median(shares[random.integers(0, experts, size=experts)], axis=0))
        for _ in range(resamples)
    ]
    others = np.array(
        [closed(np.median(np.delete(shares, at, axis=0), axis=0)) for at in range(left_out)]
    )
    ends = np.percentile(drawn, _ENDS, axis=0)
    return figures(_interval(closed(np.median(shares, axis=0)), others), ends)


def bootstrap_of_medians(experts: int, items: int) -> Trial:
    """Try the intervals of a rule that sorts."""
    values = allocations(experts, items)
    share = 1 / max(1, experts * items // 5_000)
    part = max(2, round(share * RESAMPLES)), max(2, round(share * experts))
    plain = max(2, RESAMPLES // max(1, experts * items // 50_000))
    return Trial(
        Way(lambda: our_bootstrap(values, "median", RESAMPLES)),
        Way(lambda: plain_medians(values, plain), plain / RESAMPLES),
        Way(lambda: looped_medians(values, *part), part[0] / RESAMPLES),
        compared=4 * items,
    )


def our_left_out(values: Floats) -> Floats:
    """Return the weights without each expert, and how far they move."""
    found = leave_one_out(values, method="constant_sum", rule="arithmetic_mean")
    return figures(found.max_change, found.without)


def plain_left_out(values: Floats) -> Floats:
    """Return the same from the sum over all experts."""
    shares = closed(values)
    total = shares.sum(axis=0)
    without = closed(total - shares)
    return figures(100 * np.abs(without - closed(total)).max(axis=1), without)


def looped_left_out(values: Floats, experts: int) -> Floats:
    """Return the same for some experts, each panel aggregated anew."""
    shares = closed(values)
    weights = closed(shares.mean(axis=0))
    without = [closed(np.delete(shares, at, axis=0).mean(axis=0)) for at in range(experts)]
    return figures(100 * np.abs(np.array(without) - weights).max(axis=1), without)


def left_out(experts: int, items: int) -> Trial:
    """Try the influence of each expert on the weights."""
    values = allocations(experts, items)
    part = min(experts, _LEFT_OUT if experts * items > 10_000 else experts)
    return Trial(
        Way(lambda: our_left_out(values)),
        Way(lambda: plain_left_out(values)),
        Way(lambda: looped_left_out(values, part), part / experts),
    )


def our_w_left_out(values: Floats) -> Floats:
    """Return W without each expert, and the mean rank correlation of each with the others."""
    found = leave_one_out_w(values)
    return figures(found.w_without, found.mean_spearman)


def plain_w_left_out(values: Floats) -> Floats:
    """Return the same from whole matrices."""
    m, n = values.shape
    ranks, ties = by_sorting(values)
    others = ranks.sum(axis=0) - ranks
    spread = ((others - others.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    w = 12 * spread / ((m - 1) ** 2 * (n**3 - n) - (m - 1) * (ties.sum() - ties))
    units = ranks - (n + 1) / 2
    units /= np.sqrt((units**2).sum(axis=1, keepdims=True))
    return figures(w, (units @ units.sum(axis=0) - 1) / (m - 1))


def looped_w_left_out(values: Floats, experts: int) -> Floats:
    """Return the same for some experts, one after the other."""
    ranks, ties = row_by_row(values)
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    lengths = np.sqrt((centred**2).sum(axis=1))
    w, mean = [], []
    for at in range(experts):
        others = np.delete(ranks, at, axis=0)
        w.append(w_of(others.sum(axis=0), float(np.delete(ties, at).sum()), len(others)))
        correlation = centred @ centred[at] / (lengths * lengths[at])
        mean.append((correlation.sum() - 1) / (len(values) - 1))
    return figures(w, mean)


def w_left_out(experts: int, items: int) -> Trial:
    """Try the influence of each expert on W."""
    values = ratings(experts, items)
    part = min(experts, _LEFT_OUT if experts * items > 10_000 else experts)
    return Trial(
        Way(lambda: our_w_left_out(values)),
        Way(lambda: plain_w_left_out(values)),
        Way(lambda: looped_w_left_out(values, part), part / experts),
    )


def _shuffled(groups: Ints) -> Iterator[Ints]:
    """Yield divisions of the experts into groups of the same sizes."""
    random = np.random.default_rng(SEED)
    for _ in range(PERMUTATIONS):
        yield random.permutation(groups)


def _sums(rows: Floats, groups: Ints) -> Floats:
    return (groups == np.arange(GROUPS)[:, None]).astype(float) @ rows


def _h(ranks: Floats, ties: Floats, groups: Ints) -> Floats:
    m = len(ranks)
    sums, sizes = _sums(ranks, groups), np.bincount(groups)
    h = 12 / (m * (m + 1)) * (sums**2 / sizes[:, None]).sum(axis=0) - 3 * (m + 1)
    return h / (1 - ties / (m**3 - m))


def _apart(shares: Floats, groups: Ints, middle: Floats) -> float:
    sizes = np.bincount(groups)
    means = _sums(shares, groups) / sizes[:, None]
    return float(np.abs(means - middle).sum(axis=1) @ sizes)


def plain_subgroups(values: Floats, groups: Ints) -> Floats:
    """Return H of every item, weights of every group, and permutation p of both."""
    doubled, ties = by_sorting(np.ascontiguousarray(values.T))
    ranks, shares = np.ascontiguousarray(doubled.T), closed(values)
    h, middle = _h(ranks, ties, groups), shares.mean(axis=0)
    apart = _apart(shares, groups, middle)
    reached, further = np.zeros(len(h)), 0
    for other in _shuffled(groups):
        reached += _h(ranks, ties, other) >= h - 1e-9
        further += _apart(shares, other, middle) >= apart - 1e-12
    weights = closed(_sums(shares, groups))
    p = (1 + reached) / (PERMUTATIONS + 1), (1 + further) / (PERMUTATIONS + 1)
    return figures(h, weights, *p)


def looped_subgroups(values: Floats, groups: Ints, items: int) -> Floats:
    """Return the same for some items, item by item."""
    shares = closed(values)
    found = []
    for column in values[:, :items].T:
        doubled, ties = row_by_row(column[None, :].copy())
        ranks = doubled.T.copy()
        h = _h(ranks, ties, groups)[0]
        reached = sum(_h(ranks, ties, other)[0] >= h - 1e-9 for other in _shuffled(groups))
        found.append((h, (1 + reached) / (PERMUTATIONS + 1)))
    weights = [closed(shares[groups == group].mean(axis=0)) for group in range(GROUPS)]
    h, p = zip(*found, strict=True)
    return figures(h, weights, p)


def our_subgroups(values: Floats, names: list[str | None]) -> Floats:
    """Return the same from `compare_subgroups`."""
    found = compare_subgroups(values, names, method="rating", permutations=PERMUTATIONS)
    return figures(found.statistic, found.weights, found.p, found.p_weights)


def subgroups(experts: int, items: int) -> Trial:
    """Try three subgroups of about equal size."""
    values = ratings(experts, items)
    groups = np.arange(experts) % GROUPS
    names: list[str | None] = [f"group {group}" for group in groups.tolist()]
    part = max(1, items // max(1, math.isqrt(experts * items) // 50))
    found = compare_subgroups(values, names, method="rating", permutations=PERMUTATIONS)
    # A small panel has few enough divisions for all of them to be gone through.
    drawn = min(1.0, PERMUTATIONS / (found.permutations or PERMUTATIONS))
    return Trial(
        Way(lambda: our_subgroups(values, names)),
        Way(lambda: plain_subgroups(values, groups), drawn),
        Way(lambda: looped_subgroups(values, groups, part), drawn * part / items),
        compared=(1 + GROUPS) * items,
    )


FAMILIES = (
    Family(f"bootstrap: mean weights, {RESAMPLES:,} resamples", bootstrap),
    Family(f"bootstrap: mean weights, {GOAL_RESAMPLES:,} resamples", goal, GOAL_SIZES),
    Family(f"bootstrap: median weights, {RESAMPLES:,} resamples", bootstrap_of_medians),
    Family("leave one out: weights", left_out),
    Family("leave one out: W", w_left_out),
    Family(f"subgroups: three, {PERMUTATIONS} permutations", subgroups),
)
