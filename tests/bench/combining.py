"""Many experts to one vector, by plain NumPy and by loops: equal experts and weighted ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.aggregation import aggregate
from analysis.weighted_aggregation import aggregate_weighted, weighted_dispersion
from tests.bench.trial import Family, Floats, Trial, Way, allocations, figures, ratings

Rule = Callable[[Floats], Floats]


def closed(values: Floats) -> Floats:
    """Return shares of 1."""
    return values / values.sum(axis=-1, keepdims=True)


def plain_l1(shares: Floats) -> Floats:
    """Return the l1 rule by bisection of the common level."""
    ladder = np.vstack(
        [np.zeros(shares.shape[1]), np.sort(shares, axis=0), np.ones(shares.shape[1])]
    )
    rank = min(int((ladder.sum(axis=1) <= 1).sum()) - 1, len(shares))
    low, high = ladder[rank], ladder[rank + 1]
    below, above = 0.0, 1.0
    for _ in range(60):
        level = (below + above) / 2
        if np.clip(level, low, high).sum() < 1:
            below = level
        else:
            above = level
    return np.clip(above, low, high)


#: Rule → what it makes of the shares of all experts at once.
PLAIN: dict[str, Rule] = {
    "arithmetic_mean": lambda shares: shares.mean(axis=0),
    "geometric_mean": lambda shares: np.exp(np.log(shares).mean(axis=0)),
    "median": lambda shares: np.median(shares, axis=0),
    "trimmed_mean": lambda shares: np.sort(shares, axis=0)[1:-1].mean(axis=0),
    "l1": plain_l1,
}


def looped_rule(values: Floats, rule: str) -> Floats:
    """Return the weights by one rule, expert by expert and item by item."""
    shares = np.array([row / row.sum() for row in values])
    if rule == "l1":
        return closed(plain_l1(shares))
    return closed(np.array([PLAIN[rule](column) for column in shares.T.copy()]))


def by_rule(rule: str) -> Callable[[int, int], Trial]:
    """Try one rule on points that experts divided."""

    def trial(experts: int, items: int) -> Trial:
        values = allocations(experts, items)
        return Trial(
            Way(lambda: aggregate(values, method="constant_sum", rule=rule).weights),
            Way(lambda: closed(PLAIN[rule](closed(values)))),
            Way(lambda: looped_rule(values, rule)),
        )

    return trial


def our_weighted(values: Floats, experts: Floats) -> Floats:
    """Return weights, numbers of answers, mean, SD and CV of each item, and effective sizes."""
    found = aggregate_weighted(values, experts, method="rating", rule="mean_of_normalised")
    spread = weighted_dispersion(values, experts)
    return figures(
        found.weights,
        found.effective_size,
        spread.n,
        spread.mean,
        spread.sd,
        spread.cv,
        spread.effective_size,
    )


def plain_weighted(values: Floats, experts: Floats) -> Floats:
    """Return the same from whole matrices."""
    total, squares = experts.sum(), (experts**2).sum()
    effective = total**2 / squares
    mean = experts @ values / total
    sd = np.sqrt(experts @ (values - mean) ** 2 / (total - squares / total))
    n = len(values) - np.isnan(values).sum(axis=0)
    sizes = np.full(len(mean), effective)
    return figures(closed(experts @ closed(values)), effective, n, mean, sd, sd / mean, sizes)


def looped_weighted(values: Floats, experts: Floats) -> Floats:
    """Return the same, expert by expert."""
    total, squares = experts.sum(), (experts**2).sum()
    items = values.shape[1]
    shares, mean, spread = np.zeros(items), np.zeros(items), np.zeros(items)
    for weight, row in zip(experts.tolist(), values, strict=True):
        shares += weight * row / row.sum()
        mean += weight * row
    mean /= total
    for weight, row in zip(experts.tolist(), values, strict=True):
        spread += weight * (row - mean) ** 2
    sd = np.sqrt(spread / (total - squares / total))
    effective = total**2 / squares
    n, sizes = np.full(items, len(values)), np.full(items, effective)
    return figures(closed(shares), effective, n, mean, sd, sd / mean, sizes)


def weighted(experts: int, items: int) -> Trial:
    """Try experts weighted by an authority between 0.6 and 1."""
    values = ratings(experts, items)
    weights = np.random.default_rng(2).uniform(0.6, 1.0, size=experts)
    return Trial(
        Way(lambda: our_weighted(values, weights)),
        Way(lambda: plain_weighted(values, weights)),
        Way(lambda: looped_weighted(values, weights)),
    )


FAMILIES = (
    *(Family(f"aggregation: {rule}", by_rule(rule)) for rule in PLAIN),
    Family("authority-weighted: weights and dispersion", weighted),
)
