"""Panels made from a panel: drawn with replacement, or with one expert left out.

A resample of whole experts is told by how often each of them is in it. The answers themselves never
move: whatever is a sum over experts becomes one product of a matrix of counts with the data, and
what rests on order (medians, say) is found by adding counts up along columns sorted once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.numerics.order_statistics import SortedColumns

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Gives the value at a place of every sorted column of every panel, counted from 0.
OrderStatistic = Callable[[Ints], Floats]
#: Cells worked on at once: they stay in the processor's cache.
BLOCK = 1 << 15
#: Values of a row that tell about where its tails begin.
_SAMPLE = 512
#: Rows up to this long are sorted whole.
_SHORT = 1 << 11


def count_matrices(
    experts: int, resamples: int, *, seed: int, at_once: int | None = None
) -> Iterator[Floats]:
    """Draw resamples of whole experts, with replacement, as counts.

    Each resample draws as many experts as there are, every one with equal chance. Draws are those
    of NumPy's PCG64, one after the other, so that the result does not depend on `at_once`.

    Parameters
    ----------
    experts
        Number of experts, at least 1.
    resamples
        How many panels to draw, at least 1.
    seed
        Seed of the draws; equal arguments give equal counts.
    at_once
        Resamples in one matrix at most; as many as suit the cache if not given.

    Yields
    ------
    ndarray of shape (at most at_once, experts)
        How often each expert is in each resample: whole numbers, as floats, every row summing to
        `experts`. Together the matrices have `resamples` rows.

    Raises
    ------
    ValueError
        If `experts`, `resamples` or `at_once` is not positive.
    """
    rows = max(1, BLOCK // max(1, experts)) if at_once is None else at_once
    if min(experts, resamples, rows) < 1:
        raise ValueError(f"{resamples} resamples of {experts} experts, {rows} at once")
    random = np.random.default_rng(seed)
    offsets = np.arange(0, rows * experts, experts)[:, None]
    for start in range(0, resamples, rows):
        size = min(rows, resamples - start)
        drawn = random.integers(0, experts, (size, experts))
        drawn += offsets[:size]
        counts = np.bincount(drawn.ravel(), minlength=size * experts)
        yield counts.reshape(size, experts).astype(np.float64)


def summable(values: Floats, terms: int) -> Floats:
    """Round values to a grid on which sums of so many of them are exact.

    The grid is the finest power of two for which no sum of `terms` values needs more than the 53
    bits of a float. Such sums come out equal in whatever order, on however many threads and in
    whatever blocks they are taken; the rounding is below 2^-52 · terms of the largest value (2^-51
    for a single term).

    Parameters
    ----------
    values
        Any shape, finite. Not changed.
    terms
        How many are added at most, each as often as it occurs.

    Returns
    -------
    ndarray
        Same shape and unit.
    """
    largest = max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))
    # Floats as large as this lie one step of the grid apart: adding it rounds to the grid, and
    # taking it off again is exact.
    power = math.frexp(largest)[1] + max(1, int(terms).bit_length() - 1)
    shift = math.ldexp(1.5, power)
    result: Floats = values + shift
    result -= shift
    return result


@dataclass(frozen=True, eq=False)
class Terms:
    """What panels of the same experts add up."""

    #: shape (n_experts, n_columns), from `summable`
    rows: Floats

    @cached_property
    def total(self) -> Floats:
        """Sum over all experts, shape (n_columns,); added up once."""
        result: Floats = self.rows.sum(axis=0)
        return result


class Panels(Protocol):
    """Several panels made of the same experts."""

    @property
    def experts(self) -> int:
        """Experts in each panel."""
        ...

    def sums(self, terms: Terms) -> Floats:
        """Add the rows of `terms`, each as often as its expert is in.

        Parameters
        ----------
        terms
            A row for each expert. Not changed.

        Returns
        -------
        ndarray of shape (n_panels, n_columns)
            One sum for each panel and column.
        """
        ...

    def order_statistic(self, columns: SortedColumns) -> OrderStatistic:
        """Prepare to look up values by their place in the sorted columns of every panel.

        Parameters
        ----------
        columns
            The data of all experts, sorted.

        Returns
        -------
        callable
            Takes places counted from 0, of a shape that broadcasts to (n_panels, n_columns), and
            returns the values there. A place must be below the number of answers.
        """
        ...


@dataclass(frozen=True, eq=False)
class Resampled:
    """Panels drawn with replacement."""

    #: shape (n_panels, n_experts), whole numbers: one matrix of `count_matrices`
    counts: Floats

    @property
    def experts(self) -> int:
        """Experts in each panel, copies counted."""
        return int(self.counts.shape[1])

    def sums(self, terms: Terms) -> Floats:
        """Add the rows of `terms`, each as often as its expert was drawn.

        Parameters
        ----------
        terms
            A row for each expert. Not changed.

        Returns
        -------
        ndarray of shape (n_panels, n_columns)
            counts @ rows.
        """
        result: Floats = self.counts @ terms.rows
        return result

    def order_statistic(self, columns: SortedColumns) -> OrderStatistic:
        """Prepare to look up values by their place in the sorted columns of every panel.

        Parameters
        ----------
        columns
            The data of all experts, sorted.

        Returns
        -------
        callable
            As in `Panels.order_statistic`.
        """
        return columns.of_counts(self.counts)


@dataclass(frozen=True, eq=False)
class LeftOut:
    """The panels that are left when one expert goes: experts `start` to before `stop` in turn."""

    #: experts of the whole panel
    of: int
    #: first expert that is left out
    start: int
    #: one after the last
    stop: int

    @property
    def experts(self) -> int:
        """Experts in each panel: one less than in the whole."""
        return self.of - 1

    def sums(self, terms: Terms) -> Floats:
        """Add the rows of `terms` without the own row of whoever is left out.

        Parameters
        ----------
        terms
            A row for each expert. Not changed.

        Returns
        -------
        ndarray of shape (stop - start, n_columns)
            The total minus each row.
        """
        result: Floats = terms.total - terms.rows[self.start : self.stop]
        return result

    def order_statistic(self, columns: SortedColumns) -> OrderStatistic:
        """Prepare to look up values by their place in the sorted columns of every panel.

        Parameters
        ----------
        columns
            The data of all experts, sorted.

        Returns
        -------
        callable
            As in `Panels.order_statistic`.
        """
        return columns.without(self.start, self.stop)


def left_out(experts: int, *, at_once: int) -> Iterator[LeftOut]:
    """Leave out every expert in turn.

    Parameters
    ----------
    experts
        Number of experts.
    at_once
        Panels in one step at most, at least 1.

    Yields
    ------
    LeftOut
        Consecutive panels; together one for each expert.
    """
    for start in range(0, experts, at_once):
        yield LeftOut(experts, start, min(start + at_once, experts))


def percentiles(replicates: Floats, shares: tuple[float, ...]) -> Floats:
    """Return quantiles of type 7 of each row; of a long row only the tails are sorted.

    With h = (B - 1) p, the quantile lies between the sorted values at the places floor(h) and
    floor(h) + 1, in proportion to the rest of h.

    Parameters
    ----------
    replicates
        Shape (n_rows, B), without NaN, B at least 1. Not changed.
    shares
        p, each from 0 to 1.

    Returns
    -------
    ndarray of shape (len(shares), n_rows)
        In the unit of the replicates.

    References
    ----------
    Hyndman & Fan 1996 (type 7, the default of R and of NumPy).
    """
    if replicates.shape[1] <= _SHORT:
        return _sorted_percentiles(replicates, shares)
    found = np.empty((len(shares), len(replicates)))
    for at, row in enumerate(replicates):
        for to, share in enumerate(shares):
            # The upper tail is the lower one of the row turned round.
            lower = share <= 1 / 2
            quantile = _low_quantile(row if lower else -row, share if lower else 1 - share)
            found[to, at] = quantile if lower else -quantile
    return found


def _sorted_percentiles(replicates: Floats, shares: tuple[float, ...]) -> Floats:
    ordered = np.sort(replicates, axis=1)
    found = np.empty((len(shares), len(replicates)))
    for to, share in enumerate(shares):
        height = (ordered.shape[1] - 1) * share
        place = int(height)
        above = ordered[:, min(place + 1, ordered.shape[1] - 1)]
        found[to] = ordered[:, place] + (height - place) * (above - ordered[:, place])
    return found


def _low_quantile(row: Floats, share: float) -> float:
    height = (row.size - 1) * share
    place = int(height)
    tail = _lowest(row, min(place + 2, row.size))
    return float(tail[place] + (height - place) * (tail[-1] - tail[place]))


def _lowest(row: Floats, count: int) -> Floats:
    """Sort the so many lowest values: those up to a bound that a sample of the row suggests."""
    sample = np.sort(row[:: max(1, row.size // _SAMPLE)])
    share = count / row.size
    safe = share + 4 * math.sqrt(share / sample.size)
    bound = sample[min(int(safe * sample.size) + 1, sample.size - 1)]
    tail = row[row <= bound]
    return np.sort(tail if tail.size >= count else row)[:count]
