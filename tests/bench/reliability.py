"""Reliability and screening, by plain NumPy and by loops."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from analysis.krippendorff import krippendorff_alpha
from analysis.reliability import intraclass_correlation, within_group_agreement
from analysis.screening import screen
from tests.bench.agreement import SCALE
from tests.bench.trial import Family, Floats, Trial, Way, figures, of_ratings, ratings

METRICS = ("ordinal", "interval")
_MISSING = 0.05


def our_icc(values: Floats) -> Floats:
    """Return mean squares, coefficients, and test and interval of ICC(2,1)."""
    found = intraclass_correlation(values)
    return figures(
        found.ms_items, found.ms_experts, found.ms_residual, found.icc_1, found.icc_2_1,
        found.icc_3_1, found.icc_1_m, found.icc_2_m, found.icc_3_m, found.f, found.df2, found.p,
        found.low, found.high,
    )  # fmt: skip


def _icc(items: float, experts: float, residual: float, m: int, n: int) -> Floats:
    """Return the same from sums of squares."""
    r, c, e = items / (n - 1), experts / (m - 1), residual / ((m - 1) * (n - 1))
    w = (experts + residual) / (n * (m - 1))
    agreement = (r - e) / (r + (m - 1) * e + m * (c - e) / n)
    single = (r - w) / (r + (m - 1) * w), agreement, (r - e) / (r + (m - 1) * e)
    average = (r - w) / r, (r - e) / (r + (c - e) / n), (r - e) / r
    a = m * agreement / (n * (1 - agreement))
    b = 1 + m * agreement * (n - 1) / (n * (1 - agreement))
    df2 = (a * c + b * e) ** 2 / ((a * c) ** 2 / (m - 1) + (b * e) ** 2 / ((n - 1) * (m - 1)))
    upper, lower = special.fdtri(n - 1, df2, 0.975), special.fdtri(df2, n - 1, 0.975)
    rest = m * c + (m * n - m - n) * e
    low = n * (r - upper * e) / (upper * rest + n * r)
    high = n * (lower * r - e) / (rest + n * lower * r)
    p = special.fdtrc(n - 1, df2, r / e)
    return figures(r, c, e, single, average, r / e, df2, p, low, high)


def plain_icc(values: Floats) -> Floats:
    """Return the same from the two-way analysis of variance of the whole matrix."""
    m, n = values.shape
    mean, of_experts, of_items = values.mean(), values.mean(axis=1), values.mean(axis=0)
    items, experts = m * ((of_items - mean) ** 2).sum(), n * ((of_experts - mean) ** 2).sum()
    residual = ((values - of_experts[:, None] - of_items + mean) ** 2).sum()
    return _icc(float(items), float(experts), float(residual), m, n)


def looped_icc(values: Floats) -> Floats:
    """Return the same, expert by expert."""
    m, n = values.shape
    mean, of_items = values.mean(), values.mean(axis=0)
    items = m * sum((one - mean) ** 2 for one in of_items.tolist())
    experts = residual = 0.0
    for row in values:
        own = row.mean()
        experts += n * (own - mean) ** 2
        residual += float(((row - own - of_items + mean) ** 2).sum())
    return _icc(items, experts, residual, m, n)


def _squared_distances(categories: Floats, counts: Floats, metric: str) -> Floats:
    if metric == "interval":
        return (categories[:, None] - categories) ** 2
    ranks = np.cumsum(counts) - counts / 2
    return (ranks[:, None] - ranks) ** 2


def _alphas(coincidences: Floats, categories: Floats) -> Floats:
    counts = coincidences.sum(axis=0)
    expected = np.outer(counts, counts)
    found = []
    for metric in METRICS:
        distances = _squared_distances(categories, counts, metric)
        observed = (coincidences * distances).sum() * (counts.sum() - 1)
        found.append(1 - observed / (expected * distances).sum())
    return figures(found)


def plain_alpha(values: Floats) -> Floats:
    """Return alpha from the counts of every category in every item."""
    categories = np.unique(values[~np.isnan(values)])
    counts = np.stack([(values == one).sum(axis=0) for one in categories], axis=1)
    counts = counts[counts.sum(axis=1) > 1].astype(float)
    answers = counts.sum(axis=1)
    pairs = (counts / (answers - 1)[:, None]).T @ counts
    return _alphas(pairs - np.diag((counts / (answers - 1)[:, None]).sum(axis=0)), categories)


def looped_alpha(values: Floats) -> Floats:
    """Return the same, item by item."""
    categories = np.unique(values[~np.isnan(values)])
    place = {one: at for at, one in enumerate(categories.tolist())}
    coincidences = np.zeros((len(categories), len(categories)))
    for column in values.T:
        given, counts = np.unique(column[~np.isnan(column)], return_counts=True)
        if counts.sum() < 2:
            continue
        at = [place[one] for one in given.tolist()]
        pairs = np.outer(counts, counts) - np.diag(counts)
        coincidences[np.ix_(at, at)] += pairs / (counts.sum() - 1)
    return _alphas(coincidences, categories)


def alpha(experts: int, items: int) -> Trial:
    """Try Krippendorff's alpha on answers with gaps."""
    values = ratings(experts, items)
    values[np.random.default_rng(1).random(values.shape) < _MISSING] = np.nan

    def ours() -> Floats:
        return figures([krippendorff_alpha(values, metric=metric).alpha for metric in METRICS])

    return Trial(
        ours=Way(ours),
        plain=Way(lambda: plain_alpha(values)),
        loop=Way(lambda: looped_alpha(values)),
    )


def our_within(values: Floats) -> Floats:
    """Return r_WG and a_WG of every item."""
    found = within_group_agreement(values, scale=SCALE)
    return figures(found.r_wg, found.a_wg)


def plain_within(values: Floats) -> Floats:
    """Return the same from the whole matrix."""
    low, high = SCALE
    m = len(values)
    mean, variance = values.mean(axis=0), values.var(axis=0, ddof=1)
    r_wg = np.maximum(0, 1 - variance / (((high - low + 1) ** 2 - 1) / 12))
    largest = ((high + low) * mean - mean**2 - high * low) * m / (m - 1)
    inside = (low * (m - 1) + high <= m * mean) & (m * mean <= high * (m - 1) + low)
    a_wg = np.full(len(mean), np.nan)
    np.divide(2 * variance, largest, out=a_wg, where=inside)
    return figures(r_wg, 1 - a_wg)


def looped_within(values: Floats) -> Floats:
    """Return the same, item by item."""
    found = [plain_within(column[:, None]) for column in values.T]
    return figures(np.array(found).T)


def our_screening(values: Floats) -> Floats:
    """Return statistics, boundaries and what fails."""
    found = screen(values, SCALE)
    return figures(found.statistics.T, found.boundaries, found.fails_relative.T)


def _screened(statistics: Floats) -> Floats:
    """Return the same from means, full-score shares and CVs, a row each."""
    middle, sd = statistics.mean(axis=1), statistics.std(axis=1, ddof=1)
    sign = np.array([-1, -1, 1])
    bounds = middle + sign * sd
    return figures(statistics, bounds, sign[:, None] * (statistics - bounds[:, None]) > 0)


def plain_screening(values: Floats) -> Floats:
    """Return the same from the whole matrix."""
    mean, full = values.mean(axis=0), (values == SCALE[1]).mean(axis=0)
    return _screened(np.stack([mean, full, values.std(axis=0, ddof=1) / mean]))


def looped_screening(values: Floats) -> Floats:
    """Return the same, item by item."""
    found = []
    for column in values.T:
        mean = column.mean()
        sd = math.sqrt(((column - mean) ** 2).sum() / (len(column) - 1))
        found.append((mean, np.count_nonzero(column == SCALE[1]) / len(column), sd / mean))
    return _screened(np.array(found).T)


FAMILIES = (
    Family("reliability: intraclass correlation", of_ratings(our_icc, plain_icc, looped_icc)),
    Family("reliability: Krippendorff's alpha, ordinal and interval", alpha),
    Family("reliability: r_WG and a_WG", of_ratings(our_within, plain_within, looped_within)),
    Family("screening", of_ratings(our_screening, plain_screening, looped_screening)),
)
