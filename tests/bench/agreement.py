"""Concordance and dispersion, by plain NumPy and by loops."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from analysis.concordance import coefficient, kendall_w
from analysis.dispersion import dispersion
from tests.bench.trial import SEED, Family, Floats, figures, of_ratings

SCALE = (1.0, 9.0)
#: Few enough for ten thousand experts x two hundred items.
PERMUTATIONS = 19


def by_sorting(values: Floats) -> tuple[Floats, Floats]:
    """Return mid-ranks and tie sums of all rows, from one sort."""
    experts, items = values.shape
    order = np.argsort(values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    starts = np.ones((experts, items), bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.flatnonzero(starts)
    size = np.diff(first, append=experts * items)
    ranks = np.empty_like(values)
    middle = np.repeat(first % items + (size + 1) / 2, size).reshape(experts, items)
    np.put_along_axis(ranks, order, middle, axis=1)
    ties = np.bincount(first // items, size**3 - size, minlength=experts)
    return ranks, ties


def row_by_row(values: Floats) -> tuple[Floats, Floats]:
    """Return mid-ranks and tie sums, one expert after the other."""
    ranks, ties = np.empty_like(values), np.zeros(len(values))
    for at, row in enumerate(values):
        _, place, size = np.unique(row, return_inverse=True, return_counts=True)
        ranks[at] = (np.cumsum(size) - (size - 1) / 2)[place]
        ties[at] = (size**3 - size).sum()
    return ranks, ties


def w_of(sums: Floats, ties: float, experts: int) -> float:
    """Return the tie-corrected W of rank sums."""
    items = len(sums)
    spread = float(((sums - sums.mean()) ** 2).sum())
    return 12 * spread / (experts**2 * (items**3 - items) - experts * ties)


def our_w(values: Floats) -> Floats:
    """Return W alone."""
    return figures(coefficient(values))


def plain_w(values: Floats) -> Floats:
    """Return the same from one sort."""
    ranks, ties = by_sorting(values)
    return figures(w_of(ranks.sum(axis=0), float(ties.sum()), len(values)))


def looped_w(values: Floats) -> Floats:
    """Return the same, expert by expert."""
    ranks, ties = row_by_row(values)
    return figures(w_of(ranks.sum(axis=0), float(ties.sum()), len(values)))


def _tests(w: float, left_out: Floats, experts: int, items: int) -> Floats:
    """Return W, its jackknife-t interval, chi-square and F with their p."""
    m, n = experts, items
    rho = ((m - 1) * left_out - 1) / (m - 2)
    reach = special.stdtrit(m - 1, 0.975) * rho.std() * math.sqrt(m - 1) * (m - 1) / m
    chi2, f = m * (n - 1) * w, (m - 1) * w / (1 - w)
    nu1 = n - 1 - 2 / m
    p = special.chdtrc(n - 1, chi2), special.fdtrc(nu1, (m - 1) * nu1, f)
    return figures(w, max(0, w - reach), min(1, w + reach), chi2, p[0], f, p[1])


def plain_tests(values: Floats) -> Floats:
    """Return W with interval, tests and shuffles, whole matrices at a time."""
    experts, items = values.shape
    ranks, ties = by_sorting(values)
    sums = ranks.sum(axis=0)
    others = sums - ranks
    spread = ((others - others.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    untied = (experts - 1) ** 2 * (items**3 - items)
    left_out = 12 * spread / (untied - (experts - 1) * (ties.sum() - ties))
    random = np.random.default_rng(SEED)
    found = ((sums - sums.mean()) ** 2).sum()
    reached = 0
    for _ in range(PERMUTATIONS):
        shuffled = random.permuted(ranks, axis=1).sum(axis=0)
        reached += ((shuffled - shuffled.mean()) ** 2).sum() >= found
    tests = _tests(w_of(sums, float(ties.sum()), experts), left_out, experts, items)
    return figures(tests, (1 + reached) / (PERMUTATIONS + 1))


def looped_tests(values: Floats) -> Floats:
    """Return the same, expert by expert."""
    experts, items = values.shape
    ranks, ties = row_by_row(values)
    sums, total = ranks.sum(axis=0), float(ties.sum())
    left_out = np.array(
        [
            w_of(sums - row, total - own, experts - 1)
            for row, own in zip(ranks, ties.tolist(), strict=True)
        ]
    )
    random = np.random.default_rng(SEED)
    found = ((sums - sums.mean()) ** 2).sum()
    reached = 0
    for _ in range(PERMUTATIONS):
        shuffled = np.zeros(items)
        for row in ranks:
            shuffled += random.permutation(row)
        reached += ((shuffled - shuffled.mean()) ** 2).sum() >= found
    tests = _tests(w_of(sums, total, experts), left_out, experts, items)
    return figures(tests, (1 + reached) / (PERMUTATIONS + 1))


def our_tests(values: Floats) -> Floats:
    """Return the same from `kendall_w`."""
    found = kendall_w(values, permutations=PERMUTATIONS)
    return figures(
        found.w, found.w_low, found.w_high, found.chi2, found.p_chi2, found.f, found.p_f,
        found.p_permutation,
    )  # fmt: skip


def our_spread(values: Floats) -> Floats:
    """Return the figures of all items, one figure after the other."""
    found = dispersion(values, SCALE)
    return figures(
        found.mean, found.sd, found.cv, found.median, found.q1, found.q3, found.iqr,
        found.quartile_deviation, found.cqv, found.full_score_share, found.mode_share,
        found.tastle_wierman,
    )  # fmt: skip


def plain_spread(values: Floats) -> Floats:
    """Return the same by NumPy's functions over the whole matrix."""
    low, high = SCALE
    mean, sd = values.mean(axis=0), values.std(axis=0, ddof=1)
    q1, median, q3 = np.percentile(values, (25, 50, 75), axis=0)
    ordered = np.sort(values, axis=0).T
    new = np.ones(ordered.shape, bool)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.flatnonzero(new)
    length = np.diff(first, append=values.size)
    mode = np.maximum.reduceat(length, np.flatnonzero(first % len(values) == 0))
    tastle = 1 + np.log2(1 - np.abs(values - mean) / (high - low)).mean(axis=0)
    return figures(
        mean, sd, sd / mean, median, q1, q3, q3 - q1, (q3 - q1) / 2, (q3 - q1) / (q3 + q1),
        (values == high).mean(axis=0), mode / len(values), tastle,
    )  # fmt: skip


def looped_spread(values: Floats) -> Floats:
    """Return the same, item by item."""
    low, high = SCALE
    found = []
    for column in values.T:
        mean, sd = column.mean(), column.std(ddof=1)
        q1, median, q3 = np.percentile(column, (25, 50, 75))
        mode = np.unique(column, return_counts=True)[1].max() / len(column)
        tastle = 1 + np.mean([math.log2(1 - abs(x - mean) / (high - low)) for x in column.tolist()])
        shares = np.count_nonzero(column == high) / len(column), mode, tastle
        quartiles = q3 - q1, (q3 - q1) / 2, (q3 - q1) / (q3 + q1)
        found.append((mean, sd, sd / mean, median, q1, q3, *quartiles, *shares))
    return figures(np.array(found).T)


_TESTS = f"concordance: W, interval, tests, {PERMUTATIONS} permutations"
FAMILIES = (
    Family("concordance: W", of_ratings(our_w, plain_w, looped_w)),
    Family(_TESTS, of_ratings(our_tests, plain_tests, looped_tests)),
    Family("dispersion", of_ratings(our_spread, plain_spread, looped_spread)),
)
