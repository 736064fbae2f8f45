"""One aggregation rule on many panels of the same experts at once: bootstrap and jackknife.

The rules of `analysis.aggregation`, closure included, on panels of `analysis.numerics.resampling`.
Rules that add (means of shares, positional weights, logarithms) need sums over experts only;
median, trimmed mean and l1 rule look up order statistics of columns sorted once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.aggregation import aggregate, answered_rows, combine, expert_rows, why_undefined
from analysis.aggregation_rules import DEFAULT_ZERO, fill_between, geometric_closure
from analysis.answers import answer_matrix
from analysis.numerics.order_statistics import SortedColumns
from analysis.numerics.ordering import expert_order
from analysis.numerics.resampling import (
    BLOCK,
    OrderStatistic,
    Panels,
    Resampled,
    Terms,
    count_matrices,
    left_out,
    summable,
)
from analysis.simplex import closure

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Combine = Callable[[Panels], Floats]
#: Panels taken at once at least: a product of fewer rows would wait for the memory.
_LEAST_AT_ONCE = 32


@dataclass(frozen=True, eq=False)
class Replicator:
    """One rule made ready for one panel."""

    #: position among the given rows of each expert whose answers went in, shape (n_used,)
    used: Ints
    #: rows of `expert_rows` of these experts, shape (n_used, n_items)
    rows: Floats
    #: weights of the panel itself, shape (n_items,); NaN throughout where undefined
    weights: Floats
    #: None, or the code of why `weights` are undefined, as in `analysis.exact.ExactAggregate`
    reason: str | None
    #: panels to weights, shape (n_panels, n_items); NaN throughout where undefined
    many: Combine
    #: panels that `many` should take at once
    at_once: int

    def resampled(self, resamples: int, *, seed: int) -> Iterator[Floats]:
        """Compute the weights of resamples of whole experts, block by block.

        Parameters
        ----------
        resamples
            How many, at least 1.
        seed
            Seed of the draws.

        Yields
        ------
        ndarray of shape (n_panels, n_items)
            Weights; NaN throughout where a resample determines none.
        """
        experts = len(self.rows)
        for counts in count_matrices(experts, resamples, seed=seed, at_once=self.at_once):
            yield self.many(Resampled(counts))

    def without_each(self) -> Iterator[Floats]:
        """Compute the weights without each expert of `used` in turn, block by block.

        Yields
        ------
        ndarray of shape (n_panels, n_items)
            Weights; NaN throughout where the others determine none, as without anybody.
        """
        experts = len(self.rows)
        for panels in left_out(experts, at_once=max(1, BLOCK // self.rows.shape[1])):
            if experts > 1:
                yield self.many(panels)
            else:
                yield np.full((1, self.rows.shape[1]), np.nan)


def replicator(
    values: Floats,
    *,
    method: str,
    rule: str,
    zero: float = DEFAULT_ZERO,
    in_order: bool = True,
) -> Replicator:
    """Make a rule ready for resamples and left-out experts of one panel.

    Parameters
    ----------
    values
        Shape (n_experts, n_items): points, ratings or ranks, not negative; NaN = no answer. Not
        changed.
    method, rule, zero
        As in `analysis.aggregation.aggregate`; the same experts are left out.
    in_order
        Whether experts are brought into an order that depends on their answers only, which takes
        time. Draws need it, and sums over what panels without each expert give; what one such panel
        gives does not depend on the order.

    Returns
    -------
    Replicator
        Its results are those of `aggregation.combine` on the gathered rows of each panel, up to
        rounding errors of floats.

    Raises
    ------
    ValueError
        If `values` is not a matrix with items, for a rule that is not one of the method, or a
        `zero` that leaves nothing.
    """
    values = answer_matrix(values, negative=False)
    if not values.shape[1]:
        raise ValueError("answers must be a matrix of experts x items")
    rows = expert_rows(values, method=method, rule=rule)
    used = np.flatnonzero(answered_rows(rows, method=method, rule=rule))
    rows = rows if len(used) == len(rows) else rows[used]
    if in_order:
        order = expert_order(rows)
        used, rows = used[order], rows[order]
    if not len(rows):
        whole = aggregate(values, method=method, rule=rule)
        return Replicator(used, rows, whole.weights, whole.reason, _mean_share(rows, zero), 1)
    weights = combine(rows, method=method, rule=rule, zero=zero)
    reason = why_undefined(weights, rows, rule)
    cells = rows.shape[1]
    if rule in _ORDERED:
        # The trimmed mean takes the ends off a sum: exact only if both are on one grid.
        rows = summable(rows, len(rows)) if rule == "trimmed_mean" else rows
        columns = SortedColumns(rows)
        cells = columns.cells // 4
        many = _ORDERED[rule](rows, columns)
    else:
        many = _ADDING.get(rule, _mean_share)(rows, zero)
    at_once = max(_LEAST_AT_ONCE, BLOCK // max(len(rows), cells))
    return Replicator(used, rows, weights, reason, many, at_once)


def _mean_share(rows: Floats, _: float) -> Combine:
    """Take the mean of shares, which is closed as they are: sums over experts, divided by them."""
    shares = Terms(summable(rows, len(rows)))

    def many(panels: Panels) -> Floats:
        means = panels.sums(shares)
        means /= panels.experts
        return means

    return many


def _normalised_means(rows: Floats, _: float) -> Combine:
    """Close the means of the available answers."""
    answered = ~np.isnan(rows)
    ratings = Terms(summable(np.where(answered, rows, 0.0), len(rows)))
    if answered.all():
        return lambda panels: closure(panels.sums(ratings))
    given = Terms(answered.astype(np.float64))

    def many(panels: Panels) -> Floats:
        counts = panels.sums(given)
        means = np.full(counts.shape, np.nan)
        np.divide(panels.sums(ratings), counts, out=means, where=counts > 0)
        return closure(means)

    return many


def _geometric_mean(rows: Floats, zero: float) -> Combine:
    """Add logarithms, in which zeros count only at items that somebody in the panel chose.

    Where a panel has u items that are 0 for all of it, every row of it has u zeros fewer to
    replace: its logarithms differ from those of the whole panel by what the row keeps for the rest.
    """
    chosen = rows > 0
    zeros = np.count_nonzero(~chosen, axis=1)
    logs = np.where(chosen, np.log(np.where(chosen, rows, 1.0)), np.log(zero))
    holed = np.flatnonzero(~chosen.all(axis=0))
    holes = Terms(chosen[:, holed].astype(np.float64))
    prepared: dict[int, Terms] = {}

    def data(unchosen: int) -> Terms:
        if unchosen not in prepared:
            rest = np.log1p(-zero * np.maximum(zeros - unchosen, 0))
            kept = np.where(chosen, logs + rest[:, None], logs)
            prepared[unchosen] = Terms(summable(kept, len(rows)))
        return prepared[unchosen]

    def many(panels: Panels) -> Floats:
        if not holed.size:
            return geometric_closure(panels.sums(data(0)) / panels.experts)
        nobody = panels.sums(holes) == 0
        unchosen = np.count_nonzero(nobody, axis=1)
        sums = np.empty((len(nobody), rows.shape[1]))
        for number in np.unique(unchosen).tolist():
            which = unchosen == number
            sums[which] = panels.sums(data(number))[which]
        means = sums / panels.experts
        means[:, holed] = np.where(nobody, np.nan, means[:, holed])
        return geometric_closure(means)

    return many


def _median(rows: Floats, columns: SortedColumns) -> Combine:
    answered = ~np.isnan(rows)
    given = None if answered.all() else Terms(answered.astype(np.float64))

    def many(panels: Panels) -> Floats:
        find = panels.order_statistic(columns)
        if given is None:
            last = np.full((1, 1), panels.experts - 1, np.int64)
            return closure(_middle(find, last))
        counts = panels.sums(given).astype(np.int64)
        middle = _middle(find, np.maximum(counts - 1, 0))
        return closure(np.where(counts > 0, middle, np.nan))

    return many


def _middle(find: OrderStatistic, last: Ints) -> Floats:
    lower = find(last // 2)
    return (lower + find((last + 1) // 2)) / 2 if (last % 2).any() else lower


def _trimmed_mean(rows: Floats, columns: SortedColumns) -> Combine:
    shares = Terms(rows)

    def many(panels: Panels) -> Floats:
        totals = panels.sums(shares)
        if panels.experts < 3:
            return np.full(totals.shape, np.nan)
        find = panels.order_statistic(columns)
        ends = find(np.zeros((1, 1), np.int64)) + find(np.full((1, 1), panels.experts - 1))
        return closure(totals - ends)

    return many


def _l1(_: Floats, columns: SortedColumns) -> Combine:
    def many(panels: Panels) -> Floats:
        find = panels.order_statistic(columns)
        rank = _largest_rank(find, panels.experts, len(find(np.zeros((1, 1), np.int64))))
        low = np.where(rank > 0, find(np.maximum(rank - 1, 0)), 0.0)
        high = np.where(rank < panels.experts, find(np.minimum(rank, panels.experts - 1)), 1.0)
        return fill_between(low, high)

    return many


def _largest_rank(find: OrderStatistic, experts: int, panels: int) -> Ints:
    """Bisect for the largest rank whose values sum to at most 1 over the items; rank 0 is 0."""
    low, high = np.zeros((panels, 1), np.int64), np.full((panels, 1), experts, np.int64)
    while (low < high).any():
        middle = (low + high + 1) // 2
        fits = find(np.maximum(middle - 1, 0)).sum(axis=1, keepdims=True) <= 1.0
        low, high = np.where(fits, middle, low), np.where(fits, high, middle - 1)
    return low


_ADDING: dict[str, Callable[[Floats, float], Combine]] = {
    "normalised_means": _normalised_means,
    "geometric_mean": _geometric_mean,
}
_ORDERED: dict[str, Callable[[Floats, SortedColumns], Combine]] = {
    "median": _median,
    "trimmed_mean": _trimmed_mean,
    "l1": _l1,
}
